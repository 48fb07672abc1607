/** What a flow says of itself. */
export interface FlowOptions {
  /** Grows when a change of the flow should be told apart in stored runs: a whole number, default 1. */
  readonly version?: number;
  /** Older versions whose stored runs this one goes on with: `linear('order', { version: 3, continues: [2] })`. Default none. */
  readonly continues?: readonly number[];
}
