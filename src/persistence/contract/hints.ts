/** Why a process should look: a posted run may be claimed (`posted`), or a run under way was let go of, as well (`released`). */
export type Hint = 'posted' | 'released';

/**
 * How processes tell each other, faster than by their ticks, that a run is due: a word that says no more than that. It may be lost, and
 * it may come for nothing; the store is asked then, and what nobody has heard of is found by the next tick.
 */
export interface Hints {
  /**
   * Tells all that hear. Resolves when it is sent.
   *
   * @param transaction of the user's: it is told with the COMMIT of that, and never when that is rolled back
   */
  tell(hint: Hint, transaction?: unknown): Promise<void>;
  /** Calls back when some process has told, perhaps this one; never where the store has no way to. @returns what ends that */
  hear(heard: (hint: Hint) => void): () => void;
}
