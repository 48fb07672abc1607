import type { AtomStatus } from '../../engine/index.js';
import { NO_KEY } from '../../model/limits/flow-limits.js';
import { type AtomState, isEnded, type RunState } from '../../model/states.js';
import type { WaitingCall } from '../../persistence/index.js';

/** What something waits for. */
export interface Waiting {
  /** `retry`: for its next attempt. `slot`: for one of the limits of its task. */
  readonly for: 'timer' | 'signal' | 'retry' | 'slot';
  /** Of the signal, or of the limit: `task:bill`. */
  readonly name?: string;
  /** The value by which calls of its task are counted; absent: all together. */
  readonly key?: string;
  /** Milliseconds since 1970; `untilMs` is absent where it waits for ever. */
  readonly sinceMs: number;
  readonly untilMs?: number;
}

/** What a wait is seen as, among the others of its run. */
interface Seen {
  readonly path: string;
  readonly state: AtomState;
  readonly waiting?: Waiting;
}

/** What an atom waits for; nothing where it does not. */
export function waitingOf(atom: AtomStatus): { readonly waiting?: Waiting } {
  const { state, intention, awaited, startedAtMs: sinceMs = 0, endedAtMs = sinceMs, wakeAtMs } = atom;
  if (state === 'RETRYING' && intention === 'EXECUTE' && wakeAtMs !== undefined) {
    return { waiting: { for: 'retry', sinceMs: endedAtMs, untilMs: wakeAtMs } };
  }
  if (state !== 'WAITING' || awaited === undefined) return {};
  const { signal, untilMs } = awaited;
  const due = untilMs === undefined ? {} : { untilMs };
  return { waiting: signal === undefined ? { for: 'timer', sinceMs, ...due } : { for: 'signal', name: signal, sinceMs, ...due } };
}

/** The same of atoms that are ready, and have no slot of the limits of their task. They wait beside what their state says: the store knows of it. */
export function waitingForSlots(calls: readonly WaitingCall[]): (atom: AtomStatus, index: number) => { readonly waiting?: Waiting } {
  const byAtom = new Map(calls.map((call) => [call.atom, call]));
  return ({ state, lost }, index) => {
    const call = state === 'PENDING' || state === 'RETRYING' || lost ? byAtom.get(index) : undefined;
    if (call === undefined) return {};
    const { name, key, sinceMs } = call;
    return { waiting: { for: 'slot', name, ...(key === NO_KEY ? {} : { key }), sinceMs } };
  };
}

/** What a run waits for: nothing while something of it is done. */
export function waitingIn(state: RunState, atoms: readonly Seen[]): { readonly waiting?: Waiting & { readonly path: string } } {
  if (isEnded(state) || atoms.some((atom) => atom.state === 'RUNNING' || atom.state === 'REVERTING')) return {};
  for (const { path, waiting } of atoms) if (waiting !== undefined) return { waiting: { path, ...waiting } };
  return {};
}
