import type { Flat, RequiredKeys } from './names.js';
import type { MayBeAbsent } from './visible-values.js';

/** Names that came from outside as optional, and that a node must have now. */
type Firm<Name, Recent, Chunks> = Name extends string ? (MayBeAbsent<Recent, Chunks, Name> extends true ? Name : never) : never;

/**
 * What a node adds to the requirements of its flow. In open mode that is what is unmet so far, so that later nodes must
 * agree on its type, and what was optional until now.
 */
export type Unmet<M, Recent, Chunks, Names, In, I> = M extends 'open'
  ? [Exclude<keyof I, Names> | Firm<Extract<RequiredKeys<I>, In>, Recent, Chunks>] extends [never]
    ? {}
    : Flat<Pick<I, Exclude<keyof I, Names> | Firm<Extract<RequiredKeys<I>, In>, Recent, Chunks>>>
  : {};
