import type { NamesOf } from './names.js';
import type { Fits, Listed, Sentence, Shown, Wrong } from './sentence.js';

/** Names that no value can have. NUL and lone surrogates are for `compile()` to find. */
type BadName = '' | '__proto__' | `~${string}`;

/** Nothing, or the error that names those of `Names` that no value can have. Asks for what is wrong, as all checks. */
export type ValueName<Name> = [[Extract<Name, BadName>] extends [never] ? Fits : 'VALUE_NAME_INVALID'] extends [Wrong]
  ? Shown<Sentence<'VALUE_NAME_INVALID', { value: Listed<Extract<Name, BadName>> }>>
  : unknown;

/** The same of what a task or retry lists. */
export type ValueNames<N> = ValueName<NamesOf<N>>;
