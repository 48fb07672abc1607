import type { ConcurrencyLimit, RateLimit } from './limits.js';

/** What a flow says of itself. */
export interface FlowOptions {
  /** Increased when runs stored before a change of the flow must differ from those after it: a whole number, default 1. */
  readonly version?: number;
  /** Older versions whose stored runs this one goes on with: `linear('order', { version: 3, continues: [2] })`. Default none. */
  readonly continues?: readonly number[];
  /**
   * How long a run of it may take from its creation on, in milliseconds, whatever happens meanwhile: waits, rests and crashes count. Then
   * it goes back, with the failure code `DEADLINE`. `deadlineMs` of `run` and `start` says it for one run. Only the outermost flow has a time.
   * Default: none.
   */
  readonly deadlineMs?: number;
  /**
   * How many of its runs may be under way at once, over all processes of the store: a number, or `{ limit, key }` for each value of an
   * input. One counts from its start to its end, also while it sleeps, is suspended or changes hands. Others wait as PENDING
   * runs, and begin by priority, then by age: `run` and `start` wait with those that were posted. A limit, and no mutex: what
   * a process does that was taken for dead is not counted. Only the outermost flow has one. Default: none.
   */
  readonly concurrency?: number | ConcurrencyLimit;
  /** How many of its runs may begin within a time; they wait as with `concurrency`. Starts are counted, however long a run takes. Default: any number. */
  readonly rate?: RateLimit;
}
