import type { Clock } from '../model/clock.js';
import type { TaskRequest } from './request.js';

/** When a call is ended as its time is over, if it begins now; by the clock of where it is made. */
export function endOfCall(
  { timeoutMs = Number.POSITIVE_INFINITY, deadlineAtMs = Number.POSITIVE_INFINITY }: Pick<TaskRequest, 'timeoutMs' | 'deadlineAtMs'>,
  clock: Pick<Clock, 'nowMs'>,
): number | undefined {
  const endMs = Math.min(clock.nowMs() + timeoutMs, deadlineAtMs);
  return endMs === Number.POSITIVE_INFINITY ? undefined : Math.ceil(endMs);
}
