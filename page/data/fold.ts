import type { ShownEvent } from '../../src/ui/views/events.js';

/** How a task, wait or retry stood at some step. */
export interface AtomAt {
  readonly state: string;
  readonly attempt: number;
  readonly atMs: number;
  readonly failure?: string;
}

/** How a run stood at some step of its journal. */
export interface RunAt {
  readonly state: string;
  readonly atoms: ReadonlyMap<string, AtomAt>;
}

/** How the run stood after so many of its events. */
export function stateAfter(events: readonly ShownEvent[], count: number): RunAt {
  const atoms = new Map<string, AtomAt>();
  let state = 'PENDING';
  for (const event of events.slice(0, count)) {
    if (event.type === 'run') state = event.state ?? state;
    else if (isAtom(event)) {
      const { path, attempt = 0, atMs, failure } = event;
      atoms.set(path, { state: event.state, attempt, atMs, ...(failure === undefined ? {} : { failure: failure.message }) });
    }
  }
  return { state, atoms };
}

/** A call or wait, from when it began. */
export interface Span {
  readonly path: string;
  readonly phase: 'execute' | 'revert';
  /** In which state it was, and what it came to; absent: it is under way. */
  readonly during: string;
  readonly end?: string;
  readonly fromMs: number;
  readonly toMs?: number;
  readonly attempt: number;
  readonly failure?: string;
}

const UNDER_WAY: ReadonlySet<string> = new Set(['RUNNING', 'REVERTING', 'WAITING', 'RETRYING']);

/** Each call, pause and wait of a run, in the order in which they began. */
export function spansOf(events: readonly ShownEvent[]): readonly Span[] {
  const spans: Span[] = [];
  const open = new Map<string, number>();
  for (const event of events) {
    if (!isAtom(event)) continue;
    const { path, state, atMs, attempt = 1, failure } = event;
    const index = open.get(path);
    const before = index === undefined ? undefined : spans[index];
    if (before !== undefined && index !== undefined) {
      spans[index] = { ...before, end: state, toMs: atMs, ...(failure === undefined ? {} : { failure: failure.message }) };
      open.delete(path);
    }
    if (!UNDER_WAY.has(state)) continue;
    open.set(path, spans.length);
    spans.push({ path, phase: state === 'REVERTING' ? 'revert' : 'execute', during: state, fromMs: atMs, attempt });
  }
  return spans;
}

/** Which engines have had a run, one after the other. */
export interface Owner {
  readonly epoch: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly fromSeq: number;
  readonly toSeq: number;
}

export function ownersOf(events: readonly ShownEvent[]): readonly Owner[] {
  const owners = new Map<number, Owner>();
  for (const { epoch, atMs, seq } of events) {
    const known = owners.get(epoch);
    owners.set(epoch, { epoch, fromMs: known?.fromMs ?? atMs, toMs: atMs, fromSeq: known?.fromSeq ?? seq, toSeq: seq });
  }
  return [...owners.values()];
}

type AtomEvent = ShownEvent & { readonly path: string; readonly state: string };

function isAtom(event: ShownEvent): event is AtomEvent {
  return (
    (event.type === 'task' || event.type === 'retry' || event.type === 'wait') && event.path !== undefined && event.state !== undefined
  );
}
