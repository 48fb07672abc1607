import type { ExecutorChoice } from '../calls/index.js';

/** Default of `perRun`. */
const PER_RUN = 16;

/** How many calls {@link concurrent} has under way at once. */
export interface ConcurrentOptions {
  /** Of one run. Default: 16. */
  readonly perRun?: number;
  /**
   * Of all runs of the app together, which have their calls by turns. A call that waits for a run of the same app (`app.run`,
   * `result()`, `app.resume`) lends its slot meanwhile: so tasks that run other flows never wait for each other for ever.
   * Default: no bound.
   */
  readonly limit?: number;
}

/**
 * Tasks of a run that wait for nothing run at once, in this thread, in the order of their priority and definition. Nothing
 * starts when one has failed or the run is to be suspended; what is under way ends.
 *
 * @throws RangeError when `perRun` or `limit` is no whole number of at least 1
 *
 * @example
 * ```ts
 * import { concurrent, flowproof, memory } from 'flowproof';
 * // At most 4 calls of one run, and 50 in all.
 * const app = flowproof({ persistence: memory(), flows: [], executor: concurrent({ perRun: 4, limit: 50 }) });
 * ```
 */
export function concurrent({ perRun = PER_RUN, limit }: ConcurrentOptions = {}): ExecutorChoice {
  check('perRun', perRun);
  if (limit !== undefined) check('limit', limit);
  const slots = { perRun, ...(limit === undefined ? {} : { limit }) };
  return { kind: 'concurrent', make: () => ({ kind: 'concurrent', slots, start: (work) => work.callHere() }) };
}

function check(name: keyof ConcurrentOptions, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`concurrent({ ${name}: ${value} }): give a whole number of at least 1`);
}
