import type { RequiredKeys } from './names.js';
import type { AnyNode, LiteralName } from './node-types.js';
import type { MayBeAbsent, Visible } from './scope.js';
import type { Listed, Sentence, SentenceWith } from './sentence.js';

export type Mode = 'closed' | 'open';

type Missing<Names, I> = Exclude<RequiredKeys<I>, Names>;

/** Distributes over the few names that a node needs, never over all that are visible. */
type Misfits<Name, Recent, Chunks, I> = Name extends keyof I
  ? Visible<Recent, Chunks, Name> extends I[Name]
    ? never
    : MayBeAbsent<Recent, Chunks, Name> extends true
      ? Exclude<Visible<Recent, Chunks, Name>, undefined> extends I[Name]
        ? never
        : Name
      : Name
  : never;

/** Names that must be there, and may not be: what provides them may be skipped. */
type Absent<Name, Recent, Chunks> = Name extends string ? (MayBeAbsent<Recent, Chunks, Name> extends true ? Name : never) : never;

type Difference<Recent, Chunks, I, Wrong> =
  Extract<keyof I, Wrong> extends infer Name extends keyof I
    ? { [Key in Name]-?: { needed: I[Key]; provided: Visible<Recent, Chunks, Key> } }
    : never;

/**
 * The node itself when it fits here, otherwise the error that says why not. `I` and `O` are what it needs and gives
 * under the names of this flow; `Taken` are the names that its outputs may not have; `Soft` are names that may still
 * become required, since they come from outside.
 */
export type CheckAdd<Flow, M, Recent, Chunks, Names, Ids, Taken, Soft, Node, I, O> = Node extends AnyNode
  ? [M extends 'open' ? never : Missing<Names, I>] extends [never]
    ? [Misfits<Extract<keyof I, Names>, Recent, Chunks, I>] extends [never]
      ? [Absent<Exclude<Extract<RequiredKeys<I>, Names>, Soft>, Recent, Chunks>] extends [never]
        ? [Extract<keyof O, Taken>] extends [never]
          ? [Extract<LiteralName<Node>, Ids>] extends [never]
            ? Node
            : Sentence<'DUPLICATE_NODE', { flow: Flow; node: LiteralName<Node> }>
          : Sentence<'ALREADY_PROVIDED', { flow: Flow; value: Listed<Extract<keyof O, Taken>> }>
        : Sentence<'MAYBE_ABSENT', { flow: Flow; value: Listed<Absent<Exclude<Extract<RequiredKeys<I>, Names>, Soft>, Recent, Chunks>> }>
      : SentenceWith<
          'WRONG_TYPE',
          { flow: Flow; value: Listed<Misfits<Extract<keyof I, Names>, Recent, Chunks, I>> },
          Difference<Recent, Chunks, I, Misfits<Extract<keyof I, Names>, Recent, Chunks, I>>
        >
    : Sentence<'MISSING_VALUE', { flow: Flow; value: Listed<Missing<Names, I>> }>
  : Sentence<'NOT_A_NODE', { flow: Flow }>;
