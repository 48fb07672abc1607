import type { Mode, Unchecked } from '../placement/check-add.js';
import type { AnyRetry } from '../placement/retry-policy.js';
import type { RequiredKeys } from '../words/names.js';
import type { Fits, Listed, Sentence, SentenceWith, Shown, Wrong } from '../words/sentence.js';
import type { CustomRetry, RetryClass, RetryGives, RetryInputs, RetryNeeds } from './custom-retry.js';
import type { ItemOf } from './retry.js';

/** Values that a retry gives to a flow that has `Values`. */
export type Tried<R, Values> = { [Name in keyof RetryGives<R>]: Settled<RetryGives<R>[Name], Values> };

type Settled<Value, Values> = [Value] extends [ItemOf<infer From>] ? ItemIn<Values, From> : Value;

/** An item of the list. Where there is no list, that is what is wrong: `any` then keeps others from complaining, too. */
type ItemIn<Values, From> = From extends keyof Values
  ? [Values[From]] extends [readonly (infer Item)[]]
    ? Unchecked<Values[From]> extends true
      ? Values[From]
      : Item
    : // biome-ignore lint/suspicious/noExplicitAny: goes everywhere
      any
  : // biome-ignore lint/suspicious/noExplicitAny: goes everywhere
    any;

type Misfits<Req, Values> = {
  [Name in keyof Req & keyof Values]: Values[Name] extends Req[Name] ? never : Unchecked<Values[Name]> extends true ? never : Name;
}[keyof Req & keyof Values];

/** An object without `defineRetry` can't say what it takes or gives. A class may be decorated: only `compile()` sees that. */
type Undeclared<R> = R extends AnyRetry | RetryClass ? false : [keyof RetryInputs<R> | keyof RetryGives<R>] extends [never] ? false : true;

/** The retry itself when the flow has what it reads and not yet what it gives, otherwise the error that says so. */
export type CheckRetry<F, M extends Mode, Values, R> =
  Found<M, Values, R, RetryNeeds<R>, keyof RetryGives<R>> extends Wrong
    ? Shown<SentenceOf<Found<M, Values, R, RetryNeeds<R>, keyof RetryGives<R>>, F, Values, RetryNeeds<R>, keyof RetryGives<R>>>
    : R;

type Found<M extends Mode, Values, R, Req, Given> = [R] extends [AnyRetry | RetryClass | CustomRetry]
  ? [M extends 'open' ? never : Exclude<RequiredKeys<Req>, keyof Values>] extends [never]
    ? [Misfits<Req, Values>] extends [never]
      ? [Extract<Given, keyof Values | keyof Req>] extends [never]
        ? Undeclared<R> extends true
          ? 'RETRY_UNDECLARED'
          : Fits
        : 'RETRY_VALUE_TAKEN'
      : 'WRONG_TYPE'
    : Undeclared<R> extends true
      ? 'RETRY_UNDECLARED'
      : 'MISSING_VALUE'
  : 'NOT_A_RETRY';

type SentenceOf<Code, F, Values, Req, Given> = Code extends 'MISSING_VALUE'
  ? Sentence<Code, { flow: F; value: Listed<Exclude<RequiredKeys<Req>, keyof Values>> }>
  : Code extends 'WRONG_TYPE'
    ? SentenceWith<
        Code,
        { flow: F; value: Listed<Misfits<Req, Values>> },
        { [Name in Misfits<Req, Values>]-?: { needed: Req[Name]; provided: Values[Name & keyof Values] } }
      >
    : Code extends 'RETRY_VALUE_TAKEN'
      ? Sentence<Code, { flow: F; value: Listed<Extract<Given, keyof Values | keyof Req>> }>
      : Code extends 'RETRY_UNDECLARED'
        ? Sentence<Code, { flow: F; retry: 'retry' }>
        : Sentence<'NOT_A_RETRY', { flow: F }>;
