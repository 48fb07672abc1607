import type { DueTime } from '../frontier/wake-ups.js';
import { behaviorOf } from '../state/atom-behavior.js';
import { atomOf } from '../state/run-status.js';
import { workIsOverdue } from './retries.js';
import type { ActiveRun } from './run.js';
import type { Step } from './step.js';
import { failAtOnce } from './waits.js';

/**
 * Lets an atom go on that has the slot it has waited for. Says whether one has.
 *
 * @param lost those that were in flight when their engine was lost, or the others
 */
export function goOnGranted(
  run: ActiveRun,
  step: Step,
  lost: boolean,
  goOn: (run: ActiveRun, step: Step, atom: number) => boolean,
): boolean {
  const { granted } = step.limits;
  if (granted === undefined) return false;
  for (const atom of granted) {
    if (run.frontier.parked.has(atom) && atomOf(run.status, atom).lost === lost && goOn(run, step, atom)) return true;
  }
  return false;
}

/**
 * Slots that were granted and are not used by this step: of what is not to be called any more, and of what has no room in its executor, which
 * waits in its row there first. What could not be looked at yet, such as while somebody is asked about a failure, keeps its slot.
 */
export function leaveUnused(run: ActiveRun, step: Step): void {
  const { granted, hold } = step.limits;
  if (granted === undefined) return;
  const { frontier, status } = run;
  const unused = granted.filter((atom) => {
    const { state, lost } = atomOf(status, atom);
    if (!frontier.parked.has(atom)) return state !== 'RUNNING' || lost;
    return status.state !== 'RUNNING' || (hold !== 'none' && !(lost && hold === 'suspend')) || !step.hasRoom(atom);
  });
  for (const atom of unused) frontier.unpark(atom);
  if (unused.length > 0) step.unused = unused;
}

/** An attempt that waits for a slot, and may not begin any more: the time of all attempts is over. */
export function failOverdue(run: ActiveRun, step: Step): boolean {
  for (const atom of run.frontier.parked) {
    const { overcome, lost } = atomOf(run.status, atom);
    const overdue = lost ? undefined : workIsOverdue(run, atom, step.limits.nowMs, overcome);
    if (overdue === undefined) continue;
    failAtOnce(run, step, atom, overdue);
    return true;
  }
  return false;
}

/** When that will be. */
export function parkedDeadline({ flow, frontier, status }: ActiveRun, { limits: { nowMs, monotonicMs } }: Step): DueTime | undefined {
  let first: DueTime | undefined;
  for (const index of frontier.parked) {
    const atom = flow.atoms[index];
    const { startedAtMs, lost } = atomOf(status, index);
    const deadlineMs = atom && behaviorOf(atom).deadlineMs(atom);
    if (deadlineMs === undefined || deadlineMs === Number.POSITIVE_INFINITY || startedAtMs === undefined || lost) continue;
    const atMs = startedAtMs + deadlineMs;
    const due = { atMs, dueMs: monotonicMs + atMs - nowMs };
    if (first === undefined || due.dueMs < first.dueMs) first = due;
  }
  return first;
}

/** A call that can't be counted has failed before it was made. */
export function failUncounted(run: ActiveRun, step: Step, atom: number, failure: Parameters<typeof failAtOnce>[3]): void {
  if (run.frontier.parked.has(atom)) failAtOnce(run, step, atom, failure);
}
