import type { Demands, Gives, Needs } from '../definition/node-types.js';
import type { CheckAdd, FoundInNode } from '../placement/check-add.js';
import type { Conflicts } from '../placement/conflicts.js';
import type { Listed, Sentence } from '../words/sentence.js';
import type { EitherOf, Together } from '../words/unions.js';

/*
 * `.when` and `.switch`: a nested flow of which at most one node runs. `Bs` maps the names of the cases to the nodes.
 */

/**
 * Every branch itself when it fits here, otherwise the error that says why not. TypeScript looks once before it knows
 * what `choose` gives: then `Case` is its constraint, `string | symbol`, and nothing is said.
 */
export type CheckBranches<F, M, Recent, Chunks, Names, Taken, Soft, Id, Case, Bs> = symbol extends Case
  ? Bs
  : string extends Case
    ? Sentence<'WIDE_CHOICE', { flow: F; node: Id }>
    : CheckCases<F, M, Recent, Chunks, Names, Taken, Soft, Id, Case, Bs>;

type CheckCases<F, M, Recent, Chunks, Names, Taken, Soft, Id, Case, Bs> = [Exclude<Case, keyof Bs>] extends [never]
  ? Bs & {
      readonly [Key in keyof Bs]: Key extends Case
        ? CheckAdd<
            FoundInBranch<M, Recent, Chunks, Names, Taken, Soft, Bs, Bs[Key], Needs<Bs[Key]>, Gives<Bs[Key]>>,
            F,
            Recent,
            Chunks,
            Names,
            Taken,
            Soft,
            'branch',
            Bs[Key],
            Needs<Bs[Key]>,
            Gives<Bs[Key]>,
            Bs
          >
        : Sentence<'UNKNOWN_CASE', { flow: F; node: Id; value: Key }>;
    }
  : Sentence<'MISSING_CASE', { flow: F; node: Id; value: Listed<Exclude<Case, keyof Bs>> }>;

type FoundInBranch<M, Recent, Chunks, Names, Taken, Soft, Bs, Node, I, O> = [
  M extends 'open' ? Conflicts<Bs, Exclude<keyof I, Names>> : never,
] extends [never]
  ? FoundInNode<M, Recent, Chunks, Names, never, Taken, Soft, Node, I, O, Demands<Node>>
  : 'NEEDS_CONFLICT';

type EveryOutput<Bs> = { [Key in keyof Bs]: Gives<Bs[Key]> }[keyof Bs];
/** What is there afterwards: a name that every branch provides is certain, the others may be absent. */
export type BranchOutputs<Bs> = EitherOf<EveryOutput<Bs>>;

/** What the branches need together. */
export type BranchNeeds<Bs> = [keyof Bs] extends [never] ? {} : Together<{ [Key in keyof Bs]: Needs<Bs[Key]> }[keyof Bs]>;

/** What the branches read from `ctx.services`. */
export type BranchDemands<Bs> = [keyof Bs] extends [never] ? {} : Together<{ [Key in keyof Bs]: Demands<Bs[Key]> }[keyof Bs]>;

/** The name of a choice, unless a node has it. */
export type FreshName<F, Id, Ids> = [Extract<Id, Ids>] extends [never] ? Id : Sentence<'DUPLICATE_NODE', { flow: F; node: Id }>;
