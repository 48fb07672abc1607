import { type AtomStatus, standingOf } from '../state/run-status.js';

/**
 * What succeeded may stand downstream of something that a changed flow has put before it, and what was skipped downstream of something that
 * has yet to run: it counts only after that, so that what comes after it waits for all that is before.
 */
export function isDone(atom: AtomStatus, reached: boolean): boolean {
  return reached && standingOf(atom).isDone;
}

/** What was undone counts only when all that is after it is, too. */
export function isClear(atom: AtomStatus | undefined, free: boolean): boolean {
  return free && (atom === undefined || standingOf(atom).isClear);
}
