import type { RetryPolicy } from '../placement/retry-policy.js';
import type { NotPlaced } from '../placement/tuning.js';
import type { NamesOf, ShapeOf } from '../words/names.js';
import type { AsResults } from '../words/results.js';
import type { Shown, Wrong } from '../words/sentence.js';
import type { ValueNames } from '../words/value-names.js';
import type { FoundInRetryNames, SentenceOfRetry } from './check-custom-retry.js';
import type { RetryAnswer } from './custom-retry.js';
import type { History } from './history.js';
import type { RetryContext } from './retry-context.js';
import { customRetryDefinition } from './retry-definition.js';

/** As in `defineTask`: nothing, while nothing is known yet, and while nothing is wrong. */
type Checked<Result, I, R, P> =
  FoundInRetryNames<I, AsResults<Awaited<Result>>, R, P> extends Wrong
    ? unknown extends Result
      ? unknown
      : Shown<SentenceOfRetry<FoundInRetryNames<I, AsResults<Awaited<Result>>, R, P>, I, AsResults<Awaited<Result>>, R, P>>
    : unknown;

/**
 * Makes a retry of your own without a decorator: one object, everything inferred. Types of inputs are written at the
 * parameter of `onFailure` or `execute`; the history has its type by itself, in `execute` where you write it.
 *
 * @returns a retry for `.retry(…)` of any flow
 *
 * @example
 * ```ts
 * import { defineRetry } from 'flowproof';
 *
 * const nextRegion = defineRetry({
 *   name: 'next-region',
 *   requires: ['regions'],
 *   provides: ['region'],
 *   execute: (history, { regions }: { regions: readonly string[] }) => ({ region: regions[history.length] ?? 'none' }),
 *   onFailure: (history, { regions }) => (history.length < regions.length ? 'RETRY' : 'REVERT'),
 * });
 * ```
 */
export function defineRetry<
  Result = {},
  const R extends readonly string[] = readonly [],
  const P extends readonly string[] = readonly [],
  I = ShapeOf<R>,
  H = ShapeOf<P>,
  ES = {},
  S = {},
  RS = {},
>(options: {
  /** Its name in pictures and messages. */
  readonly name: string;
  /** What its functions take beside the history. Optional ones end in a question mark: `'limit?'`. */
  readonly requires?: R & ValueNames<R>;
  /** What `execute` gives to the flow. */
  readonly provides?: P & ValueNames<P>;
  /** Which of these values are secret, as in a task. */
  readonly secret?: readonly NoInfer<NamesOf<R> | NamesOf<P>>[];
  /** Of tasks only: what decides is called in the process of the app. */
  readonly runsOn?: NotPlaced;
  /** Gives the values of the next attempt. The history has no entry for that one yet. */
  readonly execute?: (history: History<H>, inputs: I, context: RetryContext<ES>) => Result;
  /** Says what happens after a failure in the flow. */
  readonly onFailure: (
    history: History<NoInfer<AsResults<Awaited<Result>>>>,
    inputs: I,
    context: RetryContext<S>,
  ) => (RetryAnswer & Checked<Result, I, R, P>) | Promise<RetryAnswer & Checked<Result, I, R, P>>;
  /** Undoes what `execute` did last, when the flow is given up. */
  readonly revert?: (history: History<NoInfer<AsResults<Awaited<Result>>>>, inputs: I, context: RetryContext<RS>) => void | Promise<void>;
}): RetryPolicy<Shown<I>, AsResults<Awaited<Result>>, Shown<ES & S & RS>> {
  const definition = customRetryDefinition(options.name, options, { kind: 'object', target: options });
  return Object.freeze({ '~flowproof': Object.freeze({ kind: 'retry' as const, definition }) });
}
