import type { AnyFlow } from '../../authoring/index.js';
import { isJsonObject } from '../../model/json.js';
import type { StoredSchedule } from '../../persistence/index.js';
import type { CatchUp, Overlap, Timing } from '../../schedules/index.js';
import type { RunHandle } from '../views/run-handle.js';

/** A schedule as lists show it. */
export interface ScheduleInfo {
  readonly name: string;
  /** The flow of its runs. */
  readonly flow: string;
  readonly version: number;
  readonly cron?: string;
  readonly timeZone?: string;
  readonly everyMs?: number;
  readonly catchUp: CatchUp;
  readonly overlap: Overlap;
  readonly paused: boolean;
  /** When it is due next, in milliseconds since 1970; absent: never again. */
  readonly nextAtMs?: number;
  /** When the last run was due that it began. */
  readonly lastAtMs?: number;
  /** The id of that run. */
  readonly lastRunId?: string;
  /** Whether this app declares it so: then it is fired while this app runs. */
  readonly declared: boolean;
}

/** The schedules of the store, for operators. */
export interface AppSchedules<Flow extends AnyFlow = AnyFlow> {
  /** All that are stored, in the order of their names, also those that no app declares any more. */
  list(): Promise<readonly ScheduleInfo[]>;
  /**
   * Begins a run of it now, also while it is paused or an earlier run has not ended (`overlap: 'replace'` replaces that). When it is due next stays as it is.
   *
   * @throws ScheduleError `SCHEDULE_NOT_FOUND` when this app does not declare it
   */
  run(name: string): Promise<RunHandle<Flow>>;
  /** It fires no more, in any process, until {@link AppSchedules.resume}. @throws ScheduleError `SCHEDULE_NOT_FOUND` */
  pause(name: string): Promise<void>;
  /** It fires again, from the next time on: what was due meanwhile is not caught up. @throws ScheduleError `SCHEDULE_NOT_FOUND` */
  resume(name: string): Promise<void>;
  /** Forgets a schedule that no app declares any more; one that declares it makes it anew when it starts. @throws ScheduleError `SCHEDULE_NOT_FOUND` */
  remove(name: string): Promise<void>;
}

/** @param declared whether this app declares it so */
export function scheduleInfoOf(stored: StoredSchedule, declared: boolean): ScheduleInfo {
  const { name, flow, version, paused, nextAtMs, lastAtMs, lastKey } = stored;
  const { catchUp, overlap, timing } = specOf(stored);
  return {
    ...{ name, flow, version, ...timing, catchUp, overlap, paused, declared },
    ...(nextAtMs === undefined ? {} : { nextAtMs }),
    ...(lastAtMs === undefined ? {} : { lastAtMs }),
    ...(lastKey === undefined ? {} : { lastRunId: lastKey }),
  };
}

/** What an app has written down of it, whichever that was. */
export function specOf({ spec }: Pick<StoredSchedule, 'spec'>): {
  readonly catchUp: CatchUp;
  readonly overlap: Overlap;
  readonly timing: Timing;
} {
  const { catchUp, overlap, cron, timeZone, everyMs } = isJsonObject(spec) ? spec : {};
  const timing = typeof everyMs === 'number' ? { everyMs } : { cron: String(cron), timeZone: String(timeZone) };
  return { catchUp: catchUp as CatchUp, overlap: overlap as Overlap, timing };
}
