import type { History } from './history.js';
import type { CertainNames, NamesOf, OptionalKeys, OptionalNames, RequiredKeys } from './names.js';
import type { RetryAnswer, RetryClass, RetryGifts, RetryInputs } from './own-retry.js';
import type { RetryContext } from './retry-context.js';
import type { FlowError, Listed, Sentence } from './sentence.js';
import type { RefusedNames, Troubles } from './storable.js';

/** The class itself when `@Retry`'s names agree with its signatures, otherwise the sentence that says where they don't. */
export type CheckRetryClass<C extends RetryClass, R, P> =
  CheckMethods<InstanceType<C>, R, P> extends infer Wrong
    ? [Wrong] extends [never]
      ? C
      : Wrong extends FlowError<infer Message>
        ? Message
        : never
    : never;

type CheckMethods<T, R, P> =
  CheckRetryNames<RetryInputs<T>, RetryGifts<T>, R, P> extends infer Wrong
    ? [Wrong] extends [never]
      ? Fits<T, RetryInputs<T>, History<RetryGifts<T>>> extends true
        ? never
        : Sentence<'RETRY_UNFIT'>
      : Wrong
    : never;

/** `never`, or what is wrong with the names of a retry whose methods take `I` and which gives `O`. */
export type CheckRetryNames<I, O, R, P> = [Exclude<keyof I, NamesOf<R>>] extends [never]
  ? [Exclude<NamesOf<R>, keyof I>] extends [never]
    ? [Extract<OptionalKeys<I>, CertainNames<R>>] extends [never]
      ? [Extract<RequiredKeys<I>, OptionalNames<R>>] extends [never]
        ? CheckRetryGifts<O, P>
        : Sentence<'RETRY_REQUIRES_NOT_REQUIRED', { value: Listed<Extract<RequiredKeys<I>, OptionalNames<R>>> }>
      : Sentence<'RETRY_REQUIRES_NOT_OPTIONAL', { value: Listed<Extract<OptionalKeys<I>, CertainNames<R>>> }>
    : Sentence<'RETRY_REQUIRES_UNKNOWN', { value: Listed<Exclude<NamesOf<R>, keyof I>> }>
  : Sentence<'RETRY_REQUIRES_MISSING', { value: Listed<Exclude<keyof I, NamesOf<R>>> }>;

type CheckRetryGifts<O, P> = [Exclude<keyof O, NamesOf<P>>] extends [never]
  ? [Exclude<NamesOf<P>, keyof O>] extends [never]
    ? [RefusedNames<O>] extends [never]
      ? never
      : NotStorable<Troubles<O, RefusedNames<O>>>
    : Sentence<'RETRY_PROVIDES_UNKNOWN', { value: Listed<Exclude<NamesOf<P>, keyof O>> }>
  : Sentence<'RETRY_PROVIDES_MISSING', { value: Listed<Exclude<keyof O, NamesOf<P>>> }>;

type NotStorable<Found> = Found extends readonly [infer Path extends string, infer Reason extends string]
  ? Sentence<'NOT_STORABLE', { path: Path; reason: Reason }>
  : never;

// biome-ignore lint/suspicious/noExplicitAny: the services are collected and demanded elsewhere
type Told<I, H> = [H, I, RetryContext<any>];
type Takes<T, Method extends string, I, H> = T extends { [Key in Method]: (...args: infer Args) => unknown }
  ? Told<I, H> extends readonly [...Args, ...unknown[]]
    ? true
    : false
  : true;

/** Whether the methods can be called with history, inputs and context, and `onFailure` gives a decision. */
type Fits<T, I, H> = [Takes<T, 'onFailure', I, H> | Takes<T, 'execute', I, H> | Takes<T, 'revert', I, H>] extends [true]
  ? Decides<T>
  : false;
type Decides<T> = T extends { onFailure(...args: never[]): infer Answer }
  ? [Awaited<Answer>] extends [RetryAnswer]
    ? true
    : false
  : false;
