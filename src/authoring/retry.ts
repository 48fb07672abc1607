import type { RetryDefinition } from './definition.js';

/**
 * Decides what happens when a flow has failed: another attempt, or back.
 *
 * @typeParam Req values that the policy itself reads
 * @typeParam Prov values that it gives to the flow, one for each attempt
 */
export interface RetryPolicy<in Req, out Prov> {
  readonly '~flowproof': {
    readonly kind: 'retry';
    readonly definition: RetryDefinition;
    /** Never there: carries the types. */
    readonly types?: { readonly requires: (values: Req) => void; readonly provides: Prov };
  };
}

/**
 * Tries the whole flow again after a failure: everything that was done is undone first.
 *
 * @param attempts attempts in all, a whole number of at least 1: `times(3)` is one try and two more. Anything else is
 *   reported by `flow.compile()`, as `BAD_ATTEMPTS`.
 *
 * @example
 * ```ts
 * import { linear, times } from 'flowproof';
 * const flow = linear('robust').retry(times(3)).build();
 * ```
 */
export function times(attempts: number): RetryPolicy<{}, {}> {
  const definition: RetryDefinition = Object.freeze({ kind: 'times', attempts });
  return Object.freeze({ '~flowproof': Object.freeze({ kind: 'retry' as const, definition }) });
}
