import type { RetryDefinition } from '../definition/definition.js';

/**
 * Decides what happens when a flow has failed: another attempt, or back.
 *
 * @typeParam Req values that the policy itself reads
 * @typeParam Prov values that it gives to the flow, anew for each attempt
 * @typeParam Services what it reads from `ctx.services`
 */
export interface RetryPolicy<in Req, out Prov, in Services = {}> {
  readonly '~flowproof': {
    readonly kind: 'retry';
    readonly definition: RetryDefinition;
    /** Never there: carries the types. */
    readonly types?: {
      readonly requires: (values: Req) => void;
      readonly provides: Prov;
      readonly services: (services: Services) => void;
    };
  };
}

/** Any policy, whatever it reads and gives. */
export type AnyRetry = RetryPolicy<never, unknown, never>;

/** What `times` gives: the one retry that the revert of a task may have, too. */
export interface TimesRetry extends RetryPolicy<{}, {}> {
  readonly attempts: number;
}
