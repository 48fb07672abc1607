import type { ExecutorChoice } from '../calls/index.js';
import { concurrent } from '../executors/index.js';

/**
 * An executor that makes what starts together a matter of the flow alone: everything that is ready starts at once, and
 * the engine looks at results, failures and requests to suspend only when all of it has ended. For tests that compare
 * which tasks a failure or a suspension lets begin.
 *
 * @example
 * ```ts
 * import { flowproof, memory } from 'flowproof';
 * import { rounds } from 'flowproof/testing';
 * const app = flowproof({ persistence: memory(), flows: [], executor: rounds() });
 * ```
 */
export function rounds(): ExecutorChoice {
  const everything = concurrent({ perRun: Number.MAX_SAFE_INTEGER });
  return { kind: 'rounds', make: (parts) => ({ ...everything.make(parts), lockstep: true }) };
}
