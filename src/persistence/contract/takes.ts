/**
 * How often a run is taken without a step of its taker in between. Each time that process may have died of it, such as of
 * memory while it was loaded; after so many it is left alone.
 */
export const MAX_TAKES = 5;

/** How many runs that are left alone a tick brings at most. */
export const MOST_POISONED = 100;

/**
 * A run is taken when it is RUNNING and its owner has let go of it or has no living lease. Of two that would take it at
 * the same moment one gets it. That alone moves no run: the taker loads it, and appends as after any takeover.
 */
export interface TakeParams {
  /** Names of the flows whose runs are taken. */
  readonly flows: readonly string[];
  /** How many at most. */
  readonly limit: number;
  /** The highest format of entries that the taker reads: a run that needs more is for others. */
  readonly format: number;
  /** Ids of runs that it can't go on with. */
  readonly except: readonly string[];
  /** Looks for owners that never had a lease, too, and brings what this owner has. For now and then. */
  readonly thorough: boolean;
}
