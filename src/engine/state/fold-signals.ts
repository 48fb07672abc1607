import type { Json } from '../../model/json.js';
import { succeed } from './fold-atom.js';
import type { AtomStatus, KeptSignal, RunStatus } from './run-status.js';

/** So many signals that no wait has heard are kept in a run; further ones stay in its inbox. */
export const MOST_KEPT = 1_000;
/** The ids of so many of the last signals are known: one that is sent again is none. */
const MOST_KNOWN = 1_000;

/** A signal has come, and is kept until a wait hears it. */
export function keep(run: RunStatus, name: string, id: string, payload: Json | undefined): void {
  run.signals = [...run.signals, payload === undefined ? { name, id } : { name, id, payload }];
  run.signalIds = [...run.signalIds, id].slice(-MOST_KNOWN);
}

/** A wait goes on with the oldest signal of its name. @throws Error when there is none */
export function hear(run: RunStatus, atom: AtomStatus, result: Json | undefined): void {
  drop(run, atom);
  succeed(run, atom, result);
}

/** The oldest signal of the name that a wait waits for is gone. @throws Error when there is none */
export function drop(run: RunStatus, atom: AtomStatus): void {
  const oldest = oldestFor(run, atom);
  if (oldest === undefined) throw new Error('no signal was there to be heard');
  run.signals = run.signals.filter((signal) => signal !== oldest);
}

/** The signal that a wait would hear. */
export function oldestFor({ signals }: RunStatus, { awaited }: AtomStatus): KeptSignal | undefined {
  return awaited?.signal === undefined ? undefined : signals.find(({ name }) => name === awaited.signal);
}
