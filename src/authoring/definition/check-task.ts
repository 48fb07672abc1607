import type { CertainNames, NamesOf, OptionalKeys, OptionalNames, RequiredKeys } from '../words/names.js';
import type { AsResults } from '../words/results.js';
import type { Fits, FlowError, Listed, Sentence, Shown, Wrong } from '../words/sentence.js';
import type { FoundInResults, SchemaMismatch, SentenceOfResults } from './check-results.js';
import type { Hooked, WrongHooks } from './hooks.js';
import type { AnyArgs, InputsOf, ResultsOf, RevertInputsOf } from './node-types.js';
import type { OutcomeOf } from './outcome.js';
import type { TaskContext } from './task-context.js';

/** Anything with instances: also abstract classes, and those with constructors that only they can call. */
export interface AnyClass {
  readonly prototype: object;
}

/** The instances of a class, also of one that only itself can make. */
export type InstanceOf<C extends AnyClass> = C extends abstract new (...args: AnyArgs) => infer T ? T : C['prototype'];

/**
 * The class itself when `@Task`'s names agree with its signatures, otherwise the sentence that says where they don't: as
 * plain text, because TypeScript puts a line of its own above the errors of decorators.
 */
export type CheckTask<Found, C extends AnyClass, R, P, K, V> = [Found] extends [Wrong]
  ? Shown<TextOf<SentenceOfClass<Found, InstanceOf<C>, R, P, K, V>>>
  : C;

/** The text of an error. */
export type TextOf<Complaint> = Complaint extends FlowError<infer Message> ? Message : never;

export type FoundInClass<C, T, R, P, K, V> = C extends new (
  ...args: AnyArgs
) => unknown
  ? T extends { execute(...args: AnyArgs): unknown }
    ? FoundInMethods<T, InputsOf<T>, ReturnOf<T>, RevertOf<T>, R, P, K, V>
    : 'EXECUTE_MISSING'
  : C extends abstract new (
        ...args: AnyArgs
      ) => unknown
    ? 'TASK_ABSTRACT'
    : 'TASK_CONSTRUCTOR';

type ReturnOf<T> = T extends { execute(...args: AnyArgs): infer Result } ? Awaited<Result> : never;

type FoundInMethods<T, I, O, Revert extends { inputs: unknown; args: readonly unknown[] }, R, P, K, V> = [Vague<T, R>] extends [never]
  ? FoundInExecute<I, O, R, P, K> extends Fits
    ? FoundInRevert<I, O, Revert['inputs'], Revert['args'], R, V> extends Fits
      ? [WrongHooksOf<T>] extends [never]
        ? Fits
        : 'HOOK_UNFIT'
      : FoundInRevert<I, O, Revert['inputs'], Revert['args'], R, V>
    : FoundInExecute<I, O, R, P, K>
  : Vague<T, R>;

/**
 * The code for an `execute` that does not say what it takes. Of several signatures the first and the last take something else.
 * `any` is nothing that a decorator could tell the class, so a flow would not know that it needs something.
 */
type Vague<T, R> = T extends {
  execute: { (first: infer First, ...rest: AnyArgs): unknown; (first: infer Last, ...rest: AnyArgs): unknown };
}
  ? [First, Last] extends [Last, First]
    ? 0 extends 1 & Last
      ? [NamesOf<R>] extends [never]
        ? never
        : 'INPUTS_ANY'
      : never
    : 'EXECUTE_OVERLOADED'
  : never;

type WrongHooksOf<T> = T extends Hooked ? WrongHooks<T> : never;

type RevertOf<T> = T extends { revert(...args: infer Args): unknown }
  ? { readonly inputs: RevertInputsOf<T>; readonly args: Args }
  : { readonly inputs: {}; readonly args: readonly [] };

type SentenceOfClass<Code, T, R, P, K, V> = Code extends 'HOOK_UNFIT'
  ? Sentence<Code, { hook: Listed<WrongHooksOf<T>> }>
  : Code extends `REVERT_${string}`
    ? SentenceOfRevert<Code, RevertOf<T>['inputs'], R, V>
    : Code extends 'SCHEMA_MISMATCH'
      ? Sentence<
          Code,
          {
            value: Listed<
              | SchemaMismatch<R, InputsOf<T>>
              | SchemaMismatch<P, ResultsOf<T>>
              | SchemaMismatch<K, ResultsOf<T>>
              | SchemaMismatch<V, RevertOf<T>['inputs']>
            >;
          }
        >
      : SentenceOfExecute<Code, InputsOf<T>, ReturnOf<T>, R, P, K>;

/** What is wrong with `execute`, which takes `I` and gives `O`. */
export type FoundInExecute<I, O, R, P, K> = [Exclude<keyof I, NamesOf<R>>] extends [never]
  ? [Exclude<NamesOf<R>, keyof I>] extends [never]
    ? [Extract<OptionalKeys<I>, CertainNames<R>>] extends [never]
      ? [Extract<RequiredKeys<I>, OptionalNames<R>>] extends [never]
        ? [SchemaMismatch<R, I>] extends [never]
          ? [Pick<I, keyof I>] extends [I]
            ? FoundInResults<O, P, K>
            : 'INPUTS_UNION'
          : 'SCHEMA_MISMATCH'
        : 'REQUIRES_NOT_REQUIRED'
      : string extends keyof I
        ? FoundInResults<O, P, K>
        : 'REQUIRES_NOT_OPTIONAL'
    : string extends NamesOf<R>
      ? 'NAMES_NOT_LITERAL'
      : 'REQUIRES_UNKNOWN'
  : Unlisted<I>;

/** Why `execute` takes what is not listed. */
type Unlisted<I> = [I] extends [string | number | bigint | boolean | symbol | null | readonly unknown[] | ((...args: never[]) => unknown)]
  ? 'INPUTS_NOT_OBJECT'
  : [I] extends [{ readonly idempotencyKey: string; readonly revertKey: string }]
    ? 'CONTEXT_FIRST'
    : string extends keyof I
      ? 'UNNAMED_VALUES'
      : 'REQUIRES_MISSING';

/** The sentence for a code of {@link FoundInExecute}. */
export type SentenceOfExecute<Code, I, O, R, P, K> = Code extends 'REQUIRES_MISSING'
  ? Sentence<Code, { value: Listed<Exclude<keyof I, NamesOf<R>>> }>
  : Code extends 'REQUIRES_UNKNOWN'
    ? Sentence<Code, { value: Listed<Exclude<NamesOf<R>, keyof I>> }>
    : Code extends 'REQUIRES_NOT_OPTIONAL'
      ? Sentence<Code, { value: Listed<Extract<OptionalKeys<I>, CertainNames<R>>> }>
      : Code extends 'REQUIRES_NOT_REQUIRED'
        ? Sentence<Code, { value: Listed<Extract<RequiredKeys<I>, OptionalNames<R>>> }>
        : Code extends 'NAMES_NOT_LITERAL' | 'UNNAMED_VALUES'
          ? SentenceOfNames<Code, I, O, R, P, K>
          : Code extends 'SCHEMA_MISMATCH'
            ? Sentence<Code, { value: Listed<SchemaMismatch<R, I> | SchemaMismatch<P, AsResults<O>> | SchemaMismatch<K, AsResults<O>>> }>
            : Code extends keyof PlainSentences
              ? Sentence<Code>
              : SentenceOfResults<Code, O, P, K>;

/** Of inputs if it is about them, otherwise of results. */
type SentenceOfNames<Code extends 'NAMES_NOT_LITERAL' | 'UNNAMED_VALUES', I, O, R, P, K> = Code extends 'UNNAMED_VALUES'
  ? string extends keyof I
    ? Sentence<Code, { does: 'takes' }>
    : SentenceOfResults<Code, O, P, K>
  : string extends NamesOf<R>
    ? Sentence<Code, { option: 'requires' }>
    : SentenceOfResults<Code, O, P, K>;

/** Sentences that need no facts. */
interface PlainSentences {
  TASK_ABSTRACT: 1;
  TASK_CONSTRUCTOR: 1;
  EXECUTE_MISSING: 1;
  EXECUTE_OVERLOADED: 1;
  INPUTS_ANY: 1;
  INPUTS_UNION: 1;
  INPUTS_NOT_OBJECT: 1;
  CONTEXT_FIRST: 1;
}

/** What is wrong with `revert`, which is declared with `Args`. */
export type FoundInRevert<I, O, RI, Args extends readonly unknown[], R, V> = [Exclude<keyof RI, NamesOf<R> | NamesOf<V>>] extends [never]
  ? [Exclude<NamesOf<V>, keyof RI | NamesOf<R>>] extends [never]
    ? [SchemaMismatch<V, RI>] extends [never]
      ? CanRevert<Pick<I, Extract<keyof I, keyof RI>> & Pick<RI, Exclude<keyof RI, keyof I>>, O, RI, Args, V>
      : 'SCHEMA_MISMATCH'
    : 'REVERT_REQUIRES_UNKNOWN'
  : 'REVERT_REQUIRES_MISSING';

type CanRevert<Given, O, RI, Args extends readonly unknown[], V> = [Extract<RequiredKeys<RI>, OptionalNames<V>>] extends [never]
  ? // biome-ignore lint/suspicious/noExplicitAny: the services are collected and demanded elsewhere
    [Given, OutcomeOf<O>, TaskContext<any>] extends readonly [...Args, ...unknown[]]
    ? Fits
    : 'REVERT_UNFIT'
  : 'REVERT_UNFIT';

/** The sentence for a code of {@link FoundInRevert}. */
export type SentenceOfRevert<Code, RI, R, V> = Code extends 'REVERT_REQUIRES_MISSING'
  ? Sentence<Code, { value: Listed<Exclude<keyof RI, NamesOf<R> | NamesOf<V>>> }>
  : Code extends 'REVERT_REQUIRES_UNKNOWN'
    ? Sentence<Code, { value: Listed<Exclude<NamesOf<V>, keyof RI | NamesOf<R>>> }>
    : Code extends 'SCHEMA_MISMATCH'
      ? Sentence<Code, { value: Listed<SchemaMismatch<V, RI>> }>
      : Sentence<'REVERT_UNFIT'>;
