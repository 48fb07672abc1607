import type { Tuning } from '../../authoring/index.js';
import type { Call } from '../../calls/index.js';
import type { Clock } from '../../model/clock.js';
import { outOfTimeOfCall, outOfTimeOfSilence, outOfTimeOfWork } from '../../model/failure.js';
import type { CallId } from '../state/protocol.js';
import type { RunStatus } from '../state/run-status.js';
import { type CallWatch, OutOfTime } from './call-watch.js';

/** What limits one call, in milliseconds. */
export interface CallTimes {
  /** From its beginning on. */
  readonly timeoutMs?: number | undefined;
  /** Of silence. */
  readonly heartbeatMs?: number | undefined;
  /** For all calls of its piece of work, the pauses between them included; and when that is over, by the clock of this process. */
  readonly work?: { readonly deadlineMs: number; readonly endsAtMs: number };
  /** When that, or the time of the whole run, is over, in milliseconds since 1970, by the clock of this process. */
  readonly deadlineAtMs?: number | undefined;
}

/** The clocks that the times of calls go by. */
export interface CallClocks {
  readonly clock: Clock;
  /** The time of the store, by which the journal says when work began; nothing: it has none of its own. */
  storeNowMs?(): number | undefined;
}

/** What limits this call; nothing: it may take as long as it likes, as most may. */
export function timesOf(
  { timeoutMs, heartbeatMs, deadlineMs }: Tuning,
  { phase, atom }: CallId,
  { atoms, deadlineAtMs: runEndsAtMs, goingBack }: RunStatus,
  clocks: CallClocks,
): CallTimes | undefined {
  if (timeoutMs === undefined && heartbeatMs === undefined && deadlineMs === undefined && runEndsAtMs === undefined) return undefined;
  const times = { timeoutMs: finite(timeoutMs), heartbeatMs: finite(heartbeatMs) };
  // What is undone has only the time of its call.
  if (phase === 'revert') return times;
  const workEndsAtMs = (atoms[atom]?.startedAtMs ?? 0) + (deadlineMs ?? Number.POSITIVE_INFINITY);
  const endsAtMs = goingBack ? workEndsAtMs : Math.min(workEndsAtMs, runEndsAtMs ?? Number.POSITIVE_INFINITY);
  return {
    ...times,
    ...(workEndsAtMs === Number.POSITIVE_INFINITY
      ? {}
      : { work: { deadlineMs: deadlineMs as number, endsAtMs: localTime(workEndsAtMs, clocks) } }),
    ...(endsAtMs === Number.POSITIVE_INFINITY ? {} : { deadlineAtMs: localTime(endsAtMs, clocks) }),
  };
}

/** @param begun resolves when its code begins; with how long ago that was, where it was begun for another engine */
export function limitCall(watch: CallWatch, path: string, times: CallTimes, begun: Call['begun'], clock: Clock): void {
  const { timeoutMs, heartbeatMs, work } = times;
  if (work !== undefined) watch.limit(Math.max(0, work.endsAtMs - clock.nowMs()), new OutOfTime(outOfTimeOfWork(path, work.deadlineMs)));
  const begin = (agoMs: number): void => {
    if (timeoutMs !== undefined) watch.limit(Math.max(0, timeoutMs - agoMs), new OutOfTime(outOfTimeOfCall(path, timeoutMs)));
    if (heartbeatMs !== undefined) watch.limitSilence(heartbeatMs, new OutOfTime(outOfTimeOfSilence(path, heartbeatMs)));
  };
  if (begun === undefined) begin(0);
  else void begun.then((agoMs) => begin(typeof agoMs === 'number' ? agoMs : 0));
}

function finite(ms: number | undefined): number | undefined {
  return ms === Number.POSITIVE_INFINITY ? undefined : ms;
}

function localTime(storeMs: number, { clock, storeNowMs }: CallClocks): number {
  const nowMs = clock.nowMs();
  return nowMs + storeMs - (storeNowMs?.() ?? nowMs);
}
