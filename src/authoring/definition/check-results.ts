import type { KeptNames } from '../words/kept.js';
import type { CertainNames, NamesOf, OptionalKeys, OptionalNames, ParsedValue, RequiredKeys } from '../words/names.js';
import type { AsResults, Outputs } from '../words/results.js';
import type { Fits, Listed, Sentence } from '../words/sentence.js';
import type { RefusedNames, Troubles } from '../words/storable.js';
import type { LastOf } from '../words/unions.js';

/** The code of what is wrong with what `execute` gives, which is `R`. */
export type FoundInResults<R, P, K> = [NoResult<R>] extends [never] ? FoundInOutputs<Outputs<AsResults<R>>, R, P, K> : 'RESULT_NOT_OBJECT';

/** The sentence for that code. */
export type SentenceOfResults<Code, R, P, K> = Code extends 'RESULT_NOT_OBJECT'
  ? Sentence<Code, { what: [NoResult<R>] extends [never] ? 'one with a symbol as key' : NoResult<R> }>
  : Code extends 'UNNAMED_VALUES'
    ? Sentence<Code, { does: 'returns' }>
    : Code extends 'NAMES_NOT_LITERAL'
      ? Sentence<Code, { option: string extends NamesOf<P> ? 'provides' : 'keeps' }>
      : SentenceOfOutputs<Code, Outputs<AsResults<R>>, P, K>;

/** What stands where one object of outputs should be. */
type NoResult<R> = 0 extends 1 & R
  ? 'any'
  : R extends object
    ? R extends (...args: never[]) => unknown
      ? 'a function'
      : R extends readonly unknown[]
        ? 'a list'
        : R extends { next(...args: never[]): unknown; return?(...args: never[]): unknown }
          ? 'a generator'
          : never
    : R extends string | number | bigint | boolean
      ? 'a text, a number or true or false'
      : R extends symbol
        ? 'a symbol'
        : never;

type FoundInOutputs<O, R, P, K> = [Exclude<keyof O, NamesOf<P> | NamesOf<K>>] extends [never]
  ? [Exclude<NamesOf<P> | NamesOf<K>, keyof O>] extends [never]
    ? [Nothing<R, keyof O>] extends [never]
      ? [Extract<OptionalKeys<O>, CertainNames<P> | CertainNames<K>>] extends [never]
        ? [Extract<RequiredKeys<O>, OptionalNames<P> | OptionalNames<K>>] extends [never]
          ? [SchemaMismatch<P, O> | SchemaMismatch<K, O>] extends [never]
            ? [RefusedNames<O>] extends [never]
              ? [Exclude<KeptNames<O>, NamesOf<K>>] extends [never]
                ? Fits
                : 'KEPT_UNLISTED'
              : 'NOT_STORABLE'
            : 'SCHEMA_MISMATCH'
          : 'PROVIDES_NOT_REQUIRED'
        : string extends keyof O
          ? Fits
          : 'PROVIDES_NOT_OPTIONAL'
      : 'RESULT_MAYBE_NOTHING'
    : string extends NamesOf<P> | NamesOf<K>
      ? 'NAMES_NOT_LITERAL'
      : 'PROVIDES_UNKNOWN'
  : [Extract<keyof O, symbol>] extends [never]
    ? string extends keyof O
      ? 'UNNAMED_VALUES'
      : 'PROVIDES_MISSING'
    : 'RESULT_NOT_OBJECT';

type SentenceOfOutputs<Code, O, P, K> = Code extends 'PROVIDES_MISSING'
  ? Sentence<Code, { value: Listed<Exclude<keyof O, NamesOf<P> | NamesOf<K>>> }>
  : Code extends 'PROVIDES_UNKNOWN'
    ? Sentence<Code, { value: Listed<Exclude<NamesOf<P> | NamesOf<K>, keyof O>> }>
    : Code extends 'RESULT_MAYBE_NOTHING'
      ? Sentence<Code, { value: Listed<keyof O> }>
      : Code extends 'PROVIDES_NOT_OPTIONAL'
        ? Sentence<Code, { value: Listed<Extract<OptionalKeys<O>, CertainNames<P> | CertainNames<K>>> }>
        : Code extends 'PROVIDES_NOT_REQUIRED'
          ? Sentence<Code, { value: Listed<Extract<RequiredKeys<O>, OptionalNames<P> | OptionalNames<K>>> }>
          : Code extends 'SCHEMA_MISMATCH'
            ? Sentence<Code, { value: Listed<SchemaMismatch<P, O> | SchemaMismatch<K, O>> }>
            : Code extends 'NOT_STORABLE'
              ? NotStorable<O, RefusedNames<O>>
              : Code extends 'KEPT_UNLISTED'
                ? Sentence<Code, { value: Listed<Exclude<KeptNames<O>, NamesOf<K>>> }>
                : never;

/** What is missing on some ways through `execute`: it is listed, and then nothing is returned. */
type Nothing<R, Names> = [Names] extends [never] ? never : Exclude<R, object>;

/** The error for one part of the values that can't be stored. */
export type NotStorable<Values, Names extends string> =
  LastOf<Troubles<Values, Names>> extends readonly [infer Path extends string, infer Reason extends string]
    ? Sentence<'NOT_STORABLE', { path: Path; reason: Reason }>
    : Sentence<'NOT_STORABLE', { path: Listed<Names>; reason: 'it holds what does not survive' }>;

/** Names whose schema produces something else than the signature says. */
export type SchemaMismatch<N, Values> = N extends readonly unknown[]
  ? never
  : {
      [Key in keyof N]: N[Key] extends true
        ? never
        : Key extends `${infer Name}?`
          ? Misfit<Name, ParsedValue<N[Key]>, Values>
          : Misfit<Key, ParsedValue<N[Key]>, Values>;
    }[keyof N];
type Misfit<Name, Parsed, Values> = Name extends keyof Values ? ([Parsed] extends [Values[Name]] ? never : Name) : never;
