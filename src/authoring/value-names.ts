import type { NamesOf } from './names.js';
import type { Listed, Sentence } from './sentence.js';

/** Names that no value can have. NUL and lone surrogates are for `compile()` to find. */
type BadName = '' | '__proto__' | `~${string}`;

/** Nothing, or the error that names those of `Names` that no value can have. */
export type ValueName<Name> = [Extract<Name, BadName>] extends [never]
  ? unknown
  : Sentence<'VALUE_NAME_INVALID', { value: Listed<Extract<Name, BadName>> }>;

/** The same of what a task or retry lists. */
export type ValueNames<N> = ValueName<NamesOf<N>>;
