import type { Flow } from '../definition/flow.js';
import type { Demands, Gives, LiteralName, Nameable, Needs } from '../definition/node-types.js';
import type { AddOptions, FoundInOptions, PlacedNeeds, PlacedOutputs, Tolerated } from '../placement/add-options.js';
import type { CheckAdd, FoundInNode, Mode } from '../placement/check-add.js';
import type { Flat } from '../words/names.js';
import type { Counter, Drop, DropFromAll, Provided, Visible } from '../words/scope.js';
import type { Both } from '../words/unions.js';
import type { Unmet } from '../words/unmet.js';
import type { BranchDemands, BranchNeeds, BranchOutputs, CheckBranches, FreshName } from './choice.js';
import type { CheckReturn, FlowEnd, Returned } from './flow-end.js';

/** Names from outside, which may still become required. */
type Soft<M, In> = M extends 'open' ? In : never;

type Step<
  F extends string,
  M extends Mode,
  Req,
  Recent,
  Chunks extends readonly unknown[],
  Names,
  Count extends Counter,
  Ids,
  In,
  S,
  U,
  O,
> = Count['length'] extends 16
  ? LinearBuilder<F, M, Req & U, U & O, [Flat<Recent>, ...Chunks], Names | keyof O | keyof U, [], Ids, In | keyof U, S>
  : LinearBuilder<F, M, Req & U, Recent & U & O, Chunks, Names | keyof O | keyof U, [...Count, 1], Ids, In | keyof U, S>;

/**
 * A linear flow that is being built: nodes run in the order in which they were added. Every call gives a new builder
 * and leaves this one as it was.
 *
 * @typeParam F name of the flow
 * @typeParam M `closed`: an unmet input is an error; `open`: it becomes what the flow requires
 * @typeParam Req what a run must be given so far
 * @typeParam Recent values of the last adds, at most 16
 * @typeParam Chunks values of older adds, 16 adds each
 * @typeParam Names names of all visible values
 * @typeParam Count adds in `Recent`
 * @typeParam Ids names of nodes, as far as they are literals
 * @typeParam In names that came from outside and don't count as provided
 * @typeParam S services
 */
export interface LinearBuilder<
  in out F extends string,
  in out M extends Mode,
  in out Req,
  in out Recent,
  in out Chunks extends readonly unknown[],
  in out Names,
  in out Count extends Counter,
  in out Ids,
  in out In,
  in out S,
> {
  /** Never there: the first thing that differs where a builder takes the place of another one, and what to do about that. */
  readonly '~flowproof: a builder has another type after each add, so begin with linear.dynamic to add in a loop'?:
    | Count['length']
    | undefined;
  /** Adds a task or a built flow; it reads what came before by name. */
  add<N, Found = FoundInNode<M, Recent, Chunks, Names, Ids, Names, Soft<M, In>, N, Needs<N>, Gives<N>, Demands<N>>>(
    node: CheckAdd<Found, F, Recent, Chunks, Names, Names, Soft<M, In>, 'node', N, Needs<N>, Gives<N>>,
  ): Step<
    F,
    M,
    Req,
    Recent,
    Chunks,
    Names,
    Count,
    Ids | LiteralName<N>,
    In,
    Both<S, Demands<N>>,
    Unmet<M, Recent, Chunks, Names, In, Needs<N>>,
    Gives<N>
  >;
  /** Adds a task or a built flow under other names, or one that may fail without failing its flow. */
  add<
    N,
    const Name extends string = never,
    const Rebind extends Readonly<Record<string, string>> = {},
    const Inject extends { readonly [K in keyof Nameable<N, Needs<N>>]?: Nameable<N, Needs<N>>[K] } & Readonly<
      Record<string, unknown>
    > = {},
    const Rename extends Readonly<Record<string, string>> = {},
    const Override extends boolean = false,
    const Optional extends boolean = false,
    Found = FoundInOptions<
      M,
      Exclude<keyof Rebind | keyof Inject, keyof Nameable<N, Needs<N>>> | Exclude<keyof Rename, keyof Nameable<N, Gives<N>>>,
      Names,
      Rebind,
      Rename,
      PlacedNeeds<Needs<N>, Rebind, Inject>,
      FoundInNode<
        M,
        Recent,
        Chunks,
        Names,
        [Name] extends [never] ? Ids : never,
        Override extends true ? never : Names,
        Soft<M, In>,
        N,
        PlacedNeeds<Needs<N>, Rebind, Inject>,
        PlacedOutputs<Gives<N>, Rename>,
        Demands<N>
      >
    >,
  >(
    node: CheckAdd<
      Found,
      F,
      Recent,
      Chunks,
      Names,
      Override extends true ? never : Names,
      Soft<M, In>,
      'node',
      N,
      PlacedNeeds<Needs<N>, Rebind, Inject>,
      PlacedOutputs<Gives<N>, Rename>
    >,
    options: AddOptions<
      F,
      Nameable<N, Needs<N>>,
      Nameable<N, Gives<N>>,
      M extends 'open' ? string : Names,
      Ids,
      Name,
      Rebind,
      Inject,
      Rename,
      Override,
      Optional
    >,
  ): Placed<
    F,
    M,
    Req,
    Recent,
    Chunks,
    Names,
    Count,
    Ids | ([Name] extends [never] ? LiteralName<N> : Name),
    In,
    Both<S, Demands<N>>,
    Unmet<M, Recent, Chunks, Names, In, PlacedNeeds<Needs<N>, Rebind, Inject>>,
    Tolerated<PlacedOutputs<Gives<N>, Rename>, Optional>,
    Override
  >;
  /**
   * Runs a node only if the test says so. What it provides may be absent afterwards: only optional inputs can take it.
   *
   * @param name name of the choice, a node of this flow
   * @param reads the values that the test is given, visible here
   */
  when<
    const Id extends string,
    const Read extends Names & string,
    N,
    Found = FoundInNode<M, Recent, Chunks, Names, never, Names, Soft<M, In>, N, Needs<N>, Gives<N>, Demands<N>>,
  >(
    name: FreshName<F, Id, Ids>,
    reads: readonly Read[],
    test: (values: { readonly [Name in Read]: Visible<Recent, Chunks, Name> }) => boolean,
    node: CheckAdd<Found, F, Recent, Chunks, Names, Names, Soft<M, In>, 'branch', N, Needs<N>, Gives<N>>,
  ): Step<
    F,
    M,
    Req,
    Recent,
    Chunks,
    Names,
    Count,
    Ids | Id,
    In,
    Both<S, Demands<N>>,
    Unmet<M, Recent, Chunks, Names, In, Needs<N>>,
    Partial<Gives<N>>
  >;
  /**
   * Runs one of several nodes: the one whose name is chosen. Every text that may be chosen needs a branch. A value that
   * every branch provides is there afterwards, the others may be absent.
   *
   * @param name name of the choice, a node of this flow; the branches are its nodes
   * @param reads the values that the choice is made by, visible here
   */
  switch<
    const Id extends string,
    const Read extends Names & string,
    const Case extends string | symbol,
    const Bs extends Readonly<Record<string, unknown>>,
  >(
    name: FreshName<F, Id, Ids>,
    reads: readonly Read[],
    choose: (values: { readonly [Name in Read]: Visible<Recent, Chunks, Name> }) => Case,
    branches: CheckBranches<F, M, Recent, Chunks, Names, Names, Soft<M, In>, Id, Case, Bs>,
  ): Step<
    F,
    M,
    Req,
    Recent,
    Chunks,
    Names,
    Count,
    Ids | Id,
    In,
    Both<S, BranchDemands<Bs>>,
    Unmet<M, Recent, Chunks, Names, In, BranchNeeds<Bs>>,
    BranchOutputs<Bs>
  >;
  /** Chooses what the flow leaves behind, instead of everything; with no name: nothing. */
  returns<const Chosen extends readonly string[]>(
    ...names: { [Index in keyof Chosen]: CheckReturn<F, Chosen[Index], keyof Provided<Recent, Chunks, In>> }
  ): FlowEnd<F, Flat<Req>, Flat<Returned<Provided<Recent, Chunks, In>, Chosen[number]>>, Flat<S>>;
  /** Gives the flow. Never throws: what the types could not see is reported by `flow.compile()`. */
  build(): Flow<F, Flat<Req>, Provided<Recent, Chunks, In>, Flat<S>>;
}

type Placed<
  F extends string,
  M extends Mode,
  Req,
  Recent,
  Chunks extends readonly unknown[],
  Names,
  Count extends Counter,
  Ids,
  In,
  S,
  U,
  O,
  Override,
> = Override extends true
  ? Step<F, M, Req, Drop<Recent, keyof O>, DropFromAll<Chunks, keyof O>, Names, Count, Ids, Exclude<In, keyof O>, S, U, O>
  : Step<F, M, Req, Recent, Chunks, Names, Count, Ids, In, S, U, O>;
