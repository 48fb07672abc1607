import type { Json } from '../../model/json.js';

/**
 * The schedules of a store: a part that a journal may have. Whose turn a schedule has, and with what time, is decided by whoever declares
 * it; the store decides who of them was first. A firing is part of `createRun`: the run begins and the schedule
 * moves on, or neither.
 */
export interface ScheduleStore {
  /** All, in the order of their names, or those of these names. */
  list(names?: readonly string[]): Promise<ListedSchedules>;
  /** Adds those that are not there, and replaces those that are there with a lower version; the others stay as they are. */
  declare(schedules: readonly DeclaredSchedule[]): Promise<void>;
  /** Unless it is another one by now: what `revision` says. @returns whether it was so; false also after an answer that was lost */
  change(name: string, revision: number, change: ScheduleChange): Promise<boolean>;
  /** Removes it, if it is there. */
  remove(name: string): Promise<void>;
}

export interface ListedSchedules {
  readonly schedules: readonly StoredSchedule[];
  /** The time by the store, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** How a schedule is declared by an app. */
export interface DeclaredSchedule {
  readonly name: string;
  readonly flow: string;
  readonly version: number;
  /** What operators are to know of it; the inputs of its runs are with those who declare it. */
  readonly spec: Json;
  /** Of all that is declared. */
  readonly specHash: string;
  /** When it is due, in milliseconds since 1970; nothing: never. */
  readonly nextAtMs?: number;
}

export interface StoredSchedule extends DeclaredSchedule {
  readonly paused: boolean;
  /** When the last run of it was due that began. */
  readonly lastAtMs?: number;
  /** The id of that run. */
  readonly lastKey?: string;
  /** Runs of it that had not ended when it fired last. */
  readonly running: readonly string[];
  /** Grows with each change of it. */
  readonly revision: number;
}

export interface ScheduleChange {
  readonly paused?: boolean;
  /** `null`: never. Absent: as it was. */
  readonly nextAtMs?: number | null;
}

/** What a tick asks about schedules. */
export interface DueParams {
  /** Only those that are stored as this app declares them. */
  readonly declared: readonly Pick<DeclaredSchedule, 'name' | 'specHash'>[];
  /** The time to go by instead of the store's own; for tests. */
  readonly nowMs?: number;
}

export interface DueSchedules extends ListedSchedules {
  /** When the next one of the others is due; absent: none is. */
  readonly nextAtMs?: number;
}

/** A run that begins because a schedule fires. */
export interface Firing {
  readonly name: string;
  /** It fires only as the schedule that was read; `unfired` otherwise. */
  readonly revision: number;
  /** The time that it fires for, in milliseconds since 1970. */
  readonly atMs: number;
  /** When the schedule is due next; `null`: never. Absent: as it was, and also if it is paused: an operator wants it. */
  readonly nextAtMs?: number | null;
  /** What becomes of it when an earlier run has not ended: with `skip` the schedule moves on, and no run begins. */
  readonly overlap: 'skip' | 'allow' | 'replace';
}

/** So many runs of one schedule are known as not ended. */
export const MOST_RUNNING = 1_000;
