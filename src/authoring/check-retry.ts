import type { Mode } from './check-add.js';
import type { ItemOf, RetryPolicy } from './retry.js';
import type { Listed, Sentence, SentenceWith } from './sentence.js';

/** Values that a policy reads. */
export type RetryNeeds<R> = R extends RetryPolicy<infer Req, unknown> ? Req : {};

/** Values that a policy gives to a flow that has `Values`. */
export type Tried<R, Values> = R extends RetryPolicy<never, infer Prov> ? { [Name in keyof Prov]: Settled<Prov[Name], Values> } : {};

type Settled<Value, Values> = [Value] extends [ItemOf<infer From>]
  ? From extends keyof Values
    ? Values[From] extends readonly (infer Item)[]
      ? Item
      : unknown
    : unknown
  : Value;

type Misfits<Req, Values> = { [Name in keyof Req & keyof Values]: Values[Name] extends Req[Name] ? never : Name }[keyof Req & keyof Values];

/** The policy itself when the flow has what it reads and not yet what it gives, otherwise the error that says so. */
export type CheckRetry<F, M extends Mode, Values, R> =
  R extends RetryPolicy<infer Req, infer Prov>
    ? [M extends 'open' ? never : Exclude<keyof Req, keyof Values>] extends [never]
      ? [Misfits<Req, Values>] extends [never]
        ? [Extract<keyof Prov, keyof Values | keyof Req>] extends [never]
          ? R
          : Sentence<'RETRY_VALUE_TAKEN', { flow: F; value: Listed<Extract<keyof Prov, keyof Values | keyof Req>> }>
        : SentenceWith<
            'WRONG_TYPE',
            { flow: F; value: Listed<Misfits<Req, Values>> },
            { [Name in Misfits<Req, Values>]-?: { needed: Req[Name]; provided: Values[Name & keyof Values] } }
          >
      : Sentence<'MISSING_VALUE', { flow: F; value: Listed<Exclude<keyof Req, keyof Values>> }>
    : Sentence<'NOT_A_RETRY', { flow: F }>;
