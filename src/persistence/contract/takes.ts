/**
 * How often a run is taken without a step of its taker in between. Each time that process may have died of it, such as of
 * memory while it was loaded; after so many it is left alone.
 */
export const MAX_TAKES = 5;

/** How many runs that are left alone a tick brings at most. */
export const MOST_POISONED = 100;

/**
 * A run is taken when it is RUNNING and due, and its owner has let go of it or has no living lease; one that rests, when a message
 * asks it to go on (`isWokenBy`). Of two that would take it at
 * the same moment one gets it. That alone moves no run: the taker loads it, and appends as after any takeover.
 */
export interface TakeParams {
  /** Names of the flows whose runs are taken. */
  readonly flows: readonly string[];
  /** How many at most. */
  readonly limit: number;
  /** The highest format of entries that the taker reads: a run that needs more is for others. */
  readonly format: number;
  /** Takes what is due within so many milliseconds, too: it is opened before its time, and goes on in time. */
  readonly aheadMs: number;
  /** The time of the taker, for stores that have no clock of their own. */
  readonly nowMs: number;
  /** Only what sleeps, and what was asked to go on: what others have left is left to them. */
  readonly asleepOnly: boolean;
  /** Ids of runs that it can't go on with. */
  readonly except: readonly string[];
  /** Names of the flows of which it is asked whether there are posted runs to be claimed. Default: none. */
  readonly posted?: readonly string[];
  /** Looks for owners that never had a lease, too, and brings what this owner has. For now and then. */
  readonly thorough: boolean;
}

/**
 * When a run that no process has is due, in milliseconds since 1970; `never`: only a message lets it go on. A message that
 * lets a run go on (`isWokenBy`) makes it due at once, whoever has the run. Who lets go of a run keeps the earlier of two times, and
 * only who takes it forgets them: so no message is overlooked that comes meanwhile.
 */
export type WakeTime = number | 'never';

export interface GiveBackOptions {
  /** They rest, and nothing asks them to go on: they are not due any more, unless something was asked since they were taken. */
  readonly atRest?: boolean;
  /** Those that have not begun are not to be claimed before so many milliseconds have passed. Default: 0. */
  readonly delayMs?: number;
  /** Whether that was one of their losses: see `ClaimRunsParams.maxLosses`. Default: `false`. */
  readonly counted?: boolean;
}
