import type { AnyFlow, AppRunOptionsFor, Runs } from '../authoring/index.js';
import type { CatchUp } from './due.js';

/** What a firing does when a run of an earlier one has not ended. */
export type Overlap = 'skip' | 'allow' | 'replace';

export const CATCH_UPS: readonly CatchUp[] = ['none', 'last', 'all'];
export const OVERLAPS: readonly Overlap[] = ['skip', 'allow', 'replace'];

/** How a schedule fires, beside its flow and the inputs of its runs. */
export interface ScheduleOptions {
  /**
   * Five fields, minute first (`'0 3 * * *'`: each day at three), six with the second in front, or seven with the year at the end; names
   * of days and months, `L`, `#` and nicknames such as `'@daily'`, as croner reads them. Either this or `everyMs`.
   */
  readonly cron?: string;
  /** At each multiple of so many milliseconds since 1970, so that all apps mean the same moments: from 1,000 to ten years. */
  readonly everyMs?: number;
  /** Whose wall clock `cron` means. Default: `'UTC'`. */
  readonly timeZone?: string;
  /**
   * What becomes of firings that no app could do, as none was there. `none`: what is over for a minute is left. `last`: the latest
   * one is done, late. `all`: each is, in order, the latest 100 at most. Default: `last`.
   */
  readonly catchUp?: CatchUp;
  /**
   * When a run of this schedule has not ended, also one that is suspended. `skip`: this time is left out. `allow`: another one begins beside it. `replace`:
   * it is asked to cancel, and another one begins without waiting for that. Default: `skip`.
   */
  readonly overlap?: Overlap;
  /** Make it higher with each change: where two versions of an app run, the higher one counts. Default: 1. */
  readonly version?: number;
  /** The logbook of its runs. */
  readonly logbook?: string;
  /** What lists can find its runs by, beside `schedule` and `scheduledAtMs`, which each has. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Either a time of the day or a period. */
type WhenOptions =
  | { readonly cron: string; readonly timeZone?: string; readonly everyMs?: undefined }
  | { readonly everyMs: number; readonly cron?: undefined; readonly timeZone?: undefined };

/** What {@link schedule} takes for this flow: `inputs` may be left out when nothing is required. */
export type ScheduleOptionsFor<F> = { readonly flow: Runs<F> } & AppRunOptionsFor<
  Extract<F, AnyFlow>,
  Omit<ScheduleOptions, 'cron' | 'everyMs' | 'timeZone'>
> &
  WhenOptions;
