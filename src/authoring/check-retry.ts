import type { Mode } from './check-add.js';
import type { RequiredKeys } from './names.js';
import type { OwnRetry, RetryClass, RetryGives, RetryInputs, RetryNeeds } from './own-retry.js';
import type { AnyRetry, ItemOf } from './retry.js';
import type { Listed, Sentence, SentenceWith } from './sentence.js';

/** Values that a retry gives to a flow that has `Values`. */
export type Tried<R, Values> = { [Name in keyof RetryGives<R>]: Settled<RetryGives<R>[Name], Values> };

type Settled<Value, Values> = [Value] extends [ItemOf<infer From>]
  ? From extends keyof Values
    ? Values[From] extends readonly (infer Item)[]
      ? Item
      : unknown
    : unknown
  : Value;

type Misfits<Req, Values> = { [Name in keyof Req & keyof Values]: Values[Name] extends Req[Name] ? never : Name }[keyof Req & keyof Values];

/** An object without `defineRetry` can't say what it takes or gives. A class may be decorated: only `compile()` sees that. */
type Undeclared<R> = R extends AnyRetry | RetryClass ? false : [keyof RetryInputs<R> | keyof RetryGives<R>] extends [never] ? false : true;

/** The retry itself when the flow has what it reads and not yet what it gives, otherwise the error that says so. */
export type CheckRetry<F, M extends Mode, Values, R> = R extends AnyRetry | RetryClass | OwnRetry
  ? Undeclared<R> extends true
    ? Sentence<'RETRY_UNDECLARED', { flow: F; retry: 'retry' }>
    : CheckValues<F, M, Values, R, RetryNeeds<R>, keyof RetryGives<R>>
  : Sentence<'NOT_A_RETRY', { flow: F }>;

type CheckValues<F, M extends Mode, Values, R, Req, Given> = [M extends 'open' ? never : Exclude<RequiredKeys<Req>, keyof Values>] extends [
  never,
]
  ? [Misfits<Req, Values>] extends [never]
    ? [Extract<Given, keyof Values | keyof Req>] extends [never]
      ? R
      : Sentence<'RETRY_VALUE_TAKEN', { flow: F; value: Listed<Extract<Given, keyof Values | keyof Req>> }>
    : SentenceWith<
        'WRONG_TYPE',
        { flow: F; value: Listed<Misfits<Req, Values>> },
        { [Name in Misfits<Req, Values>]-?: { needed: Req[Name]; provided: Values[Name & keyof Values] } }
      >
  : Sentence<'MISSING_VALUE', { flow: F; value: Listed<Exclude<RequiredKeys<Req>, keyof Values>> }>;
