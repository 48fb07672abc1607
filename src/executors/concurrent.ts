import type { ExecutorChoice } from '../calls/index.js';

/** Default of `limit`. */
const LIMIT = 16;

/**
 * Tasks of a run that wait for nothing run at once, in this thread, in the order of their priority and definition. Nothing
 * starts when one has failed or the run is to be suspended; what is under way ends.
 *
 * @param options `limit`: tasks of one run at a time. Default: 16
 * @throws RangeError when `limit` is no whole number of at least 1
 */
export function concurrent({ limit = LIMIT }: { readonly limit?: number } = {}): ExecutorChoice {
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`concurrent({ limit: ${limit} }): give a whole number of at least 1`);
  return { kind: 'concurrent', make: () => ({ kind: 'concurrent', slots: { perRun: limit }, start: (work) => work.callHere() }) };
}
