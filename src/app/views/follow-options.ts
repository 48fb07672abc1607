/** From where a run is followed, and how long. */
export interface FollowOptions {
  /** The `seq` of the last event that you have: what comes after its step is said. Default: all that is stored. */
  readonly after?: number;
  /** Ends it; no error is thrown then. */
  readonly signal?: AbortSignal;
}
