import type { Hooked, WrongHooks } from './hooks.js';
import type { KeptNames } from './kept.js';
import type { CertainNames, NamesOf, OptionalKeys, OptionalNames, ParsedValue, RequiredKeys } from './names.js';
import type { InputsOf, ResultsOf, RevertInputsOf, TaskClass } from './node-types.js';
import type { OutcomeOf } from './outcome.js';
import type { AsResults } from './results.js';
import type { FlowError, Listed, Sentence, SentenceText } from './sentence.js';
import type { RefusedNames, Troubles } from './storable.js';
import type { TaskContext } from './task-context.js';

/**
 * The class itself when `@Task`'s names agree with its signatures, otherwise the sentence that says where they don't: as
 * plain text, because TypeScript puts a line of its own above the errors of decorators.
 */
export type CheckTask<C extends TaskClass, R, P, K, V> =
  CheckTaskParts<InputsOf<InstanceType<C>>, ResultsOf<InstanceType<C>>, RevertOf<InstanceType<C>>, R, P, K, V> extends infer Wrong
    ? [Wrong] extends [never]
      ? CheckHooks<C, InstanceType<C>>
      : Wrong extends FlowError<infer Message>
        ? Message
        : never
    : never;

type CheckHooks<C, T> = T extends Hooked
  ? [WrongHooks<T>] extends [never]
    ? C
    : SentenceText<'HOOK_UNFIT', { hook: Listed<WrongHooks<T>> }>
  : C;

type RevertOf<T> = T extends { revert(...args: infer Args): unknown }
  ? { readonly inputs: RevertInputsOf<T>; readonly args: Args }
  : { readonly inputs: {}; readonly args: readonly [] };

type CheckTaskParts<I, O, Revert extends { inputs: unknown; args: readonly unknown[] }, R, P, K, V> =
  CheckExecute<I, O, R, P, K> extends infer Wrong
    ? [Wrong] extends [never]
      ? CheckRevert<I, O, Revert['inputs'], Revert['args'], R, V>
      : Wrong
    : never;

/** `never`, or what is wrong with `execute`, which takes `I` and gives `O`. */
export type CheckExecute<I, O, R, P, K> = [Exclude<keyof I, NamesOf<R>>] extends [never]
  ? [Exclude<NamesOf<R>, keyof I>] extends [never]
    ? [Extract<OptionalKeys<I>, CertainNames<R>>] extends [never]
      ? [Extract<RequiredKeys<I>, OptionalNames<R>>] extends [never]
        ? [SchemaMismatch<R, I>] extends [never]
          ? CheckResults<AsResults<O>, P, K>
          : Sentence<'SCHEMA_MISMATCH', { value: Listed<SchemaMismatch<R, I>> }>
        : Sentence<'REQUIRES_NOT_REQUIRED', { value: Listed<Extract<RequiredKeys<I>, OptionalNames<R>>> }>
      : Sentence<'REQUIRES_NOT_OPTIONAL', { value: Listed<Extract<OptionalKeys<I>, CertainNames<R>>> }>
    : Sentence<'REQUIRES_UNKNOWN', { value: Listed<Exclude<NamesOf<R>, keyof I>> }>
  : Sentence<'REQUIRES_MISSING', { value: Listed<Exclude<keyof I, NamesOf<R>>> }>;

type CheckResults<O, P, K> = [Exclude<keyof O, NamesOf<P> | NamesOf<K>>] extends [never]
  ? [Exclude<NamesOf<P> | NamesOf<K>, keyof O>] extends [never]
    ? [SchemaMismatch<P, O> | SchemaMismatch<K, O>] extends [never]
      ? [RefusedNames<O>] extends [never]
        ? [Exclude<KeptNames<O>, NamesOf<K>>] extends [never]
          ? never
          : Sentence<'KEPT_UNLISTED', { value: Listed<Exclude<KeptNames<O>, NamesOf<K>>> }>
        : NotStorable<Troubles<O, RefusedNames<O>>>
      : Sentence<'SCHEMA_MISMATCH', { value: Listed<SchemaMismatch<P, O> | SchemaMismatch<K, O>> }>
    : Sentence<'PROVIDES_UNKNOWN', { value: Listed<Exclude<NamesOf<P> | NamesOf<K>, keyof O>> }>
  : Sentence<'PROVIDES_MISSING', { value: Listed<Exclude<keyof O, NamesOf<P> | NamesOf<K>>> }>;

type NotStorable<Found> = Found extends readonly [infer Path extends string, infer Reason extends string]
  ? Sentence<'NOT_STORABLE', { path: Path; reason: Reason }>
  : never;

/** Names whose schema produces something else than the signature says. */
type SchemaMismatch<N, Values> = N extends readonly unknown[]
  ? never
  : {
      [Key in keyof N]: N[Key] extends true
        ? never
        : Key extends `${infer Name}?`
          ? Misfit<Name, ParsedValue<N[Key]>, Values>
          : Misfit<Key, ParsedValue<N[Key]>, Values>;
    }[keyof N];
type Misfit<Name, Parsed, Values> = Name extends keyof Values ? ([Parsed] extends [Values[Name]] ? never : Name) : never;

/** `never`, or what is wrong with `revert`, which is declared with `Args`. */
export type CheckRevert<I, O, RI, Args extends readonly unknown[], R, V> = [Exclude<keyof RI, NamesOf<R> | NamesOf<V>>] extends [never]
  ? [Exclude<NamesOf<V>, keyof RI | NamesOf<R>>] extends [never]
    ? [SchemaMismatch<V, RI>] extends [never]
      ? CanRevert<Pick<I, Extract<keyof I, keyof RI>> & Pick<RI, Exclude<keyof RI, keyof I>>, O, RI, Args, V>
      : Sentence<'SCHEMA_MISMATCH', { value: Listed<SchemaMismatch<V, RI>> }>
    : Sentence<'REVERT_REQUIRES_UNKNOWN', { value: Listed<Exclude<NamesOf<V>, keyof RI | NamesOf<R>>> }>
  : Sentence<'REVERT_REQUIRES_MISSING', { value: Listed<Exclude<keyof RI, NamesOf<R> | NamesOf<V>>> }>;

type CanRevert<Given, O, RI, Args extends readonly unknown[], V> = [Extract<RequiredKeys<RI>, OptionalNames<V>>] extends [never]
  ? // biome-ignore lint/suspicious/noExplicitAny: the services are collected and demanded elsewhere
    [Given, OutcomeOf<O>, TaskContext<any>] extends readonly [...Args, ...unknown[]]
    ? never
    : Sentence<'REVERT_UNFIT'>
  : Sentence<'REVERT_UNFIT'>;
