import type { Failure, FailureReport } from '../../model/failure.js';

/** One attempt of a flow, as its retry sees it. */
export interface Attempt<out Provided> {
  /** What the retry gave to the flow. */
  readonly provided: Provided;
  /**
   * What failed in this attempt, the first failure of each atom; a nested retry that gave up stands for its flow. Only the
   * failure that the retry is being asked about has its `stack`.
   */
  readonly failures: readonly FailureReport[];
}

/**
 * What a retry of your own knows when it decides: every attempt so far, the present one last. It survives crashes, and
 * is forgotten when the retry is undone.
 *
 * @typeParam Provided what the retry gives to its flow
 *
 * @example
 * ```ts
 * import { defineRetry } from 'flowproof';
 *
 * const unlessRefused = defineRetry({
 *   name: 'unless-refused',
 *   onFailure: (history) => (history.length < 5 && !history.causedBy('QuotaExceeded') ? 'RETRY' : 'REVERT'),
 * });
 * ```
 */
export interface History<out Provided = {}> {
  /** How many attempts there were, the present one included. */
  readonly length: number;
  readonly attempts: readonly Attempt<Provided>[];
  /** Why the retry's own `execute` failed, if it did. */
  readonly failure?: Failure;
  /**
   * Finds a failure of an attempt that is, or was caused by, an error of this name.
   *
   * @param error the name, or the class whose name it is; subclasses have names of their own
   * @param attempt from 1; default: the last one
   */
  causedBy(error: string | ErrorClass, attempt?: number): Failure | undefined;
}

/** A class of errors, whatever its constructor takes. */
export type ErrorClass = new (...args: never[]) => Error;
