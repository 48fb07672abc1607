import type { NotStorable } from '../definition/check-results.js';
import type { AnyClass, InstanceOf, TextOf } from '../definition/check-task.js';
import type { CertainNames, NamesOf, OptionalKeys, OptionalNames, RequiredKeys } from '../words/names.js';
import type { Fits, Listed, Sentence, Shown, Wrong } from '../words/sentence.js';
import type { RefusedNames } from '../words/storable.js';
import type { RetryAnswer, RetryClass, RetryInputs, RetryOutputs } from './custom-retry.js';
import type { History } from './history.js';
import type { RetryContext } from './retry-context.js';

/** The class itself when `@Retry`'s names agree with its signatures, otherwise the sentence that says where they don't. */
export type CheckRetryClass<Found, C extends AnyClass, R, P> = [Found] extends [Wrong]
  ? Shown<TextOf<SentenceOfRetry<Found, RetryInputs<InstanceOf<C>>, RetryOutputs<InstanceOf<C>>, R, P>>>
  : C;

/** What is wrong with a class of retries, whose instances are `T`. */
export type FoundInRetry<C, T, R, P> = C extends RetryClass
  ? FoundInRetryNames<RetryInputs<T>, RetryOutputs<T>, R, P> extends Fits
    ? AreCalled<T, RetryInputs<T>, History<RetryOutputs<T>>> extends true
      ? Fits
      : 'RETRY_UNFIT'
    : FoundInRetryNames<RetryInputs<T>, RetryOutputs<T>, R, P>
  : 'RETRY_UNFIT';

/** What is wrong with the names of a retry whose methods take `I` and which gives `O`. */
export type FoundInRetryNames<I, O, R, P> = [Exclude<keyof I, NamesOf<R>>] extends [never]
  ? [Exclude<NamesOf<R>, keyof I>] extends [never]
    ? [Extract<OptionalKeys<I>, CertainNames<R>>] extends [never]
      ? [Extract<RequiredKeys<I>, OptionalNames<R>>] extends [never]
        ? [Exclude<keyof O, NamesOf<P>>] extends [never]
          ? [Exclude<NamesOf<P>, keyof O>] extends [never]
            ? FoundInRetryOutputs<O, P>
            : 'RETRY_PROVIDES_UNKNOWN'
          : 'RETRY_PROVIDES_MISSING'
        : 'RETRY_REQUIRES_NOT_REQUIRED'
      : 'RETRY_REQUIRES_NOT_OPTIONAL'
    : 'RETRY_REQUIRES_UNKNOWN'
  : 'RETRY_REQUIRES_MISSING';

type FoundInRetryOutputs<O, P> = [Extract<OptionalKeys<O>, CertainNames<P>>] extends [never]
  ? [Extract<RequiredKeys<O>, OptionalNames<P>>] extends [never]
    ? [RefusedNames<O>] extends [never]
      ? Fits
      : 'NOT_STORABLE'
    : 'PROVIDES_NOT_REQUIRED'
  : string extends keyof O
    ? Fits
    : 'PROVIDES_NOT_OPTIONAL';

/** The sentence for that code. */
export type SentenceOfRetry<Code, I, O, R, P> = Code extends 'RETRY_REQUIRES_MISSING'
  ? Sentence<Code, { value: Listed<Exclude<keyof I, NamesOf<R>>> }>
  : Code extends 'RETRY_REQUIRES_UNKNOWN'
    ? Sentence<Code, { value: Listed<Exclude<NamesOf<R>, keyof I>> }>
    : Code extends 'RETRY_REQUIRES_NOT_OPTIONAL'
      ? Sentence<Code, { value: Listed<Extract<OptionalKeys<I>, CertainNames<R>>> }>
      : Code extends 'RETRY_REQUIRES_NOT_REQUIRED'
        ? Sentence<Code, { value: Listed<Extract<RequiredKeys<I>, OptionalNames<R>>> }>
        : Code extends 'RETRY_PROVIDES_MISSING'
          ? Sentence<Code, { value: Listed<Exclude<keyof O, NamesOf<P>>> }>
          : Code extends 'RETRY_PROVIDES_UNKNOWN'
            ? Sentence<Code, { value: Listed<Exclude<NamesOf<P>, keyof O>> }>
            : SentenceOfRetryOutputs<Code, O, P>;

type SentenceOfRetryOutputs<Code, O, P> = Code extends 'PROVIDES_NOT_OPTIONAL'
  ? Sentence<Code, { value: Listed<Extract<OptionalKeys<O>, CertainNames<P>>> }>
  : Code extends 'PROVIDES_NOT_REQUIRED'
    ? Sentence<Code, { value: Listed<Extract<RequiredKeys<O>, OptionalNames<P>>> }>
    : Code extends 'NOT_STORABLE'
      ? NotStorable<O, RefusedNames<O>>
      : Sentence<'RETRY_UNFIT'>;

// biome-ignore lint/suspicious/noExplicitAny: the services are collected and demanded elsewhere
type RetryArgs<I, H> = [H, I, RetryContext<any>];
type Takes<T, Method extends string, I, H> = T extends { [Key in Method]: (...args: infer Args) => unknown }
  ? RetryArgs<I, H> extends readonly [...Args, ...unknown[]]
    ? true
    : false
  : true;

/** Whether the methods can be called with history, inputs and context, and `onFailure` gives a decision. */
type AreCalled<T, I, H> = [Takes<T, 'onFailure', I, H> | Takes<T, 'execute', I, H> | Takes<T, 'revert', I, H>] extends [true]
  ? Decides<T>
  : false;
type Decides<T> = T extends { onFailure(...args: never[]): infer Answer }
  ? [Awaited<Answer>] extends [RetryAnswer]
    ? true
    : false
  : false;
