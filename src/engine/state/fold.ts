import type { Entry, Transition } from '../../persistence/index.js';
import { EFFECTS } from './effects.js';
import type { RunStatus } from './run-status.js';

/** Advances a run by one entry. @throws Error when the entry says what can't have happened after what came before. */
export function foldEntry(run: RunStatus, entry: Entry): void {
  run.seq = entry.seq;
  run.epoch = entry.epoch;
  run.atMs = entry.atMs;
  run.format = Math.max(run.format, entry.format);
  for (const transition of entry.transitions) foldTransition(run, transition);
}

/**
 * The run's next entry begins: what is folded from here on belongs to it.
 *
 * @param atMs when that is, in milliseconds since 1970
 */
export function beginEntry(run: RunStatus, atMs: number): void {
  run.seq++;
  run.atMs = atMs;
}

/** The entry that was begun last is not written, and says nothing new. */
export function dropEntry(run: RunStatus): void {
  run.seq--;
}

/** Another engine has the run from here on. */
export function beginEpoch(run: RunStatus): void {
  run.epoch++;
}

/**
 * Advances a run by one fact. With its neighbours here, what each word makes of a run (`engine/state/effects.ts`) and `restore`, the only
 * place that writes to a {@link RunStatus}.
 */
export function foldTransition(run: RunStatus, transition: Transition): void {
  const effect = EFFECTS[transition[0]];
  if (effect.format > run.format) run.format = effect.format;
  effect.fold(run, transition);
}
