import type { ParsesInput } from '../definition/flow.js';
import type { AnyNode, LiteralName } from '../definition/node-types.js';
import type { RequiredKeys } from '../words/names.js';
import type { Fits, Listed, Sentence, SentenceWith, Shown, Wrong } from '../words/sentence.js';
import type { MayBeAbsent, Visible } from '../words/visible-values.js';
import type { Conflicts } from './conflicts.js';
import type { AnyFactory } from './factory.js';

export type Mode = 'closed' | 'open';

type Missing<Names, I> = Exclude<RequiredKeys<I>, Names>;

/** `any` goes everywhere. */
export type Unchecked<Value> = 0 extends 1 & Value ? true : false;

/** Distributes over the few names that a node needs, never over all that are visible. */
type Misfits<Name, Recent, Chunks, I> = Name extends keyof I
  ? Visible<Recent, Chunks, Name> extends I[Name]
    ? never
    : Unchecked<Visible<Recent, Chunks, Name>> extends true
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

/** What may be done about an output whose name is taken: a branch of a choice can't override. */
export type Place = 'node' | 'branch';

/**
 * The node itself when it fits here, otherwise the error that says why not. `I` and `O` are what it needs and gives
 * under the names of this flow, `D` what it demands; `Taken` are the names that its outputs may not have; `Soft` are names
 * that may still become required, since they come from outside.
 */
export type CheckAdd<Found, Flow, Recent, Chunks, Names, Taken, Soft, At extends Place, Node, I, O, Siblings = {}> = [Found] extends [Wrong]
  ? Shown<SentenceOf<Found, Flow, Recent, Chunks, Names, Taken, Soft, At, Node, I, O, Siblings>>
  : Node;

/** The first thing that is wrong. Without its sentence, which TypeScript would work out for nodes that fit, too. */
export type FoundInNode<M, Recent, Chunks, Names, Ids, Taken, Soft, Node, I, O, D> = [Node] extends [AnyNode]
  ? [M extends 'open' ? never : Missing<Names, I>] extends [never]
    ? [Misfits<Extract<keyof I, Names>, Recent, Chunks, I>] extends [never]
      ? [Absent<Exclude<Extract<RequiredKeys<I>, Names>, Soft>, Recent, Chunks>] extends [never]
        ? [Extract<keyof O, Taken>] extends [never]
          ? [Extract<LiteralName<Node>, Ids>] extends [never]
            ? [Extract<keyof D, keyof ParsesInput>] extends [never]
              ? Fits
              : Parsing<D>
            : 'DUPLICATE_NODE'
          : 'ALREADY_PROVIDED'
        : 'MAYBE_ABSENT'
      : 'WRONG_TYPE'
    : 'MISSING_VALUE'
  : 'NOT_A_NODE';

/** Demands of which nothing is known, as those of `AnyFlow`, have every name. */
export type Parsing<D> = string extends keyof D ? Fits : 'NESTED_SCHEMA';

type SentenceOf<Code, Flow, Recent, Chunks, Names, Taken, Soft, At extends Place, Node, I, O, Siblings> = Code extends 'MISSING_VALUE'
  ? Sentence<Code, { flow: Flow; value: Listed<Missing<Names, I>> }>
  : Code extends 'WRONG_TYPE'
    ? SentenceWith<
        Code,
        { flow: Flow; value: Listed<Misfits<Extract<keyof I, Names>, Recent, Chunks, I>> },
        Difference<Recent, Chunks, I, Misfits<Extract<keyof I, Names>, Recent, Chunks, I>>
      >
    : Code extends 'MAYBE_ABSENT'
      ? Sentence<Code, { flow: Flow; value: Listed<Absent<Exclude<Extract<RequiredKeys<I>, Names>, Soft>, Recent, Chunks>> }>
      : Code extends 'ALREADY_PROVIDED'
        ? Sentence<At extends 'branch' ? 'BRANCH_PROVIDED' : Code, { flow: Flow; value: Listed<Extract<keyof O, Taken>> }>
        : Code extends 'NEEDS_CONFLICT'
          ? Sentence<Code, { flow: Flow; value: Listed<ImpossibleIn<I> | Conflicts<Siblings, Exclude<keyof I, Names>>> }>
          : Code extends 'OPTIONS_WIDE'
            ? Sentence<Code>
            : SentenceOfNode<Code, Flow, LiteralName<Node>, Node>;

/** Names of what nothing can be: two inputs that were bound to one value need types that exclude each other. */
export type ImpossibleIn<I> = { [Name in keyof I]-?: [I[Name]] extends [never] ? Name : never }[keyof I];

/** What is wrong with a node wherever it is put. */
export type SentenceOfNode<Code, Flow, Id, Node> = Code extends 'DUPLICATE_NODE'
  ? Sentence<Code, { flow: Flow; node: Id }>
  : Code extends 'NESTED_SCHEMA'
    ? Sentence<Code, { node: Id }>
    : NotANode<Flow, Node>;

/** What to do with something that is no node, as far as its type tells. */
export type NotANode<Flow, Node> = Sentence<'NOT_A_NODE', { flow: Flow; hint: NodeHint<Node> }>;
export type NodeHint<Node> = Node extends { build(): unknown }
  ? 'call .build()'
  : Node extends AnyFactory
    ? 'it is a factory, call it with what its flow is made from'
    : Node extends { execute(...args: never[]): unknown }
      ? 'give the class, not an instance of it'
      : Node extends { readonly prototype: { execute(...args: never[]): unknown } }
        ? "make the class's constructor public, and the class not abstract"
        : 'decorate the class with @Task, or call .build()';
