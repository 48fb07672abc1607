import { isEnded } from '../../model/states.js';
import type { AppendItem, Transition, WakeTime } from '../../persistence/index.js';
import type { ActiveRun } from '../decide/run.js';
import { storedStateOf } from '../state/failures.js';
import type { LetGoCommand } from '../state/protocol.js';
import type { RunStatus } from '../state/run-status.js';

/** Messages that a sleeping run has no room for, or that this version does not know, are looked at again after so long. */
const LEFT_MS = 30_000;

/** Until when a run sleeps that its engine lets go of. @param leavesSome messages are left in its inbox */
export function asleep({ untilMs }: LetGoCommand, { atMs }: RunStatus, leavesSome: boolean): WakeTime {
  if (leavesSome) return Math.min(untilMs ?? Number.POSITIVE_INFINITY, atMs + LEFT_MS);
  return untilMs ?? 'never';
}

/** What lists and waiters must know of a step. @param wakeAtMs of a run that is let go of, and sleeps */
export function summaryOf(
  { flow, status }: Pick<ActiveRun, 'flow' | 'status'>,
  transitions: readonly Transition[],
  released: boolean,
  wakeAtMs?: WakeTime,
): AppendItem['summary'] {
  const hasMoved = transitions.some(([word]) => word === 'RUN');
  const atRest = isEnded(status.state) || status.state === 'SUSPENDED';
  if (!hasMoved && !released) return undefined;
  return {
    ...(hasMoved ? storedStateOf(flow, status) : {}),
    ...(atRest || released ? { owner: null } : {}),
    ...(wakeAtMs === undefined ? {} : { wakeAtMs }),
  };
}
