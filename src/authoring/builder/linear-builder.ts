import type { Flow } from '../definition/flow.js';
import type { Demands, Gives, LiteralName, Nameable, Needs } from '../definition/node-types.js';
import type { AddOptions, FoundInOptions, PlacedNeeds, PlacedOutputs, Tolerated } from '../placement/add-options.js';
import type { CheckAdd, FoundInNode, Mode } from '../placement/check-add.js';
import type { Flat } from '../words/names.js';
import type { Both } from '../words/unions.js';
import type { Unmet } from '../words/unmet.js';
import type { Counter, Drop, DropFromAll, Provided, Visible } from '../words/visible-values.js';
import type { BranchDemands, BranchNeeds, BranchOutputs, CheckBranches, FreshName } from './choice.js';
import type { CheckReturn, FlowEnd, Returned } from './flow-end.js';
import type { LinearState } from './states.js';

/** Names from outside, which may still become required. */
type Soft<M, In> = M extends 'open' ? In : never;

/**
 * With one node more: `U` is what it needs from outside, `O` what it gives. One parameter for each part of the state, because
 * these are worked out with each node; the members of a record only when they are read, and after a hundred nodes that is too deep.
 */
type Step<
  F extends string,
  M extends Mode,
  Req,
  Recent,
  Older extends readonly unknown[],
  Names,
  Count extends Counter,
  Ids,
  In,
  S,
  U,
  O,
> = Count['length'] extends 16
  ? LinearBuilder<{
      flow: F;
      mode: M;
      required: Req & U;
      recent: U & O;
      older: [Flat<Recent>, ...Older];
      names: Names | keyof O | keyof U;
      count: [];
      ids: Ids;
      outside: In | keyof U;
      services: S;
    }>
  : LinearBuilder<{
      flow: F;
      mode: M;
      required: Req & U;
      recent: Recent & U & O;
      older: Older;
      names: Names | keyof O | keyof U;
      count: [...Count, 1];
      ids: Ids;
      outside: In | keyof U;
      services: S;
    }>;

/** Names that the outputs of a node may not have. An alias, as it costs less than the same condition where it is used. */
type NotFree<Override, Names> = Override extends true ? never : Names;

/** Names of values that a node may read: of an open flow any. */
type Readable<M extends Mode, Names> = M extends 'open' ? string : Names;

/** Whether a node finds what it needs, `I`, and may give what it gives, `O`. */
type Fitting<State extends LinearState, Ids, Taken, N, I, O> = FoundInNode<
  State['mode'],
  State['recent'],
  State['older'],
  State['names'],
  Ids,
  Taken,
  Soft<State['mode'], State['outside']>,
  N,
  I,
  O,
  Demands<N>
>;

type Checked<Found, State extends LinearState, Taken, As extends 'node' | 'branch', N, I, O> = CheckAdd<
  Found,
  State['flow'],
  State['recent'],
  State['older'],
  State['names'],
  Taken,
  Soft<State['mode'], State['outside']>,
  As,
  N,
  I,
  O
>;

/** What nodes need that nothing in the flow gives. */
type Missing<State extends LinearState, I> = Unmet<State['mode'], State['recent'], State['older'], State['names'], State['outside'], I>;

/**
 * A linear flow that is being built: nodes run in the order in which they were added. Every call gives a new builder
 * and leaves this one as it was.
 *
 * @typeParam State what is known of it so far
 */
export interface LinearBuilder<in out State extends LinearState> {
  /** Never there: the first thing that differs where a builder takes the place of another one, and what to do about that. */
  readonly '~flowproof: a builder has another type after each add, so begin with linear.dynamic to add in a loop'?:
    | State['count']['length']
    | undefined;
  /** Adds a task or a built flow; it reads what came before by name. */
  add<N, Found = Fitting<State, State['ids'], State['names'], N, Needs<N>, Gives<N>>>(
    node: Checked<Found, State, State['names'], 'node', N, Needs<N>, Gives<N>>,
  ): Step<
    State['flow'],
    State['mode'],
    State['required'],
    State['recent'],
    State['older'],
    State['names'],
    State['count'],
    State['ids'] | LiteralName<N>,
    State['outside'],
    Both<State['services'], Demands<N>>,
    Missing<State, Needs<N>>,
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
      State['mode'],
      Exclude<keyof Rebind | keyof Inject, keyof Nameable<N, Needs<N>>> | Exclude<keyof Rename, keyof Nameable<N, Gives<N>>>,
      State['names'],
      Rebind,
      Rename,
      PlacedNeeds<Needs<N>, Rebind, Inject>,
      Fitting<
        State,
        [Name] extends [never] ? State['ids'] : never,
        NotFree<Override, State['names']>,
        N,
        PlacedNeeds<Needs<N>, Rebind, Inject>,
        PlacedOutputs<Gives<N>, Rename>
      >
    >,
  >(
    node: Checked<
      Found,
      State,
      NotFree<Override, State['names']>,
      'node',
      N,
      PlacedNeeds<Needs<N>, Rebind, Inject>,
      PlacedOutputs<Gives<N>, Rename>
    >,
    options: AddOptions<
      N,
      State['flow'],
      Nameable<N, Needs<N>>,
      Nameable<N, Gives<N>>,
      Readable<State['mode'], State['names']>,
      State['ids'],
      Name,
      Rebind,
      Inject,
      Rename,
      Override,
      Optional
    >,
  ): Placed<
    State['flow'],
    State['mode'],
    State['required'],
    State['recent'],
    State['older'],
    State['names'],
    State['count'],
    State['ids'] | ([Name] extends [never] ? LiteralName<N> : Name),
    State['outside'],
    Both<State['services'], Demands<N>>,
    Missing<State, PlacedNeeds<Needs<N>, Rebind, Inject>>,
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
    const Read extends State['names'] & string,
    N,
    Found = Fitting<State, never, State['names'], N, Needs<N>, Gives<N>>,
  >(
    name: FreshName<State['flow'], Id, State['ids']>,
    reads: readonly Read[],
    test: (values: { readonly [Name in Read]: Visible<State['recent'], State['older'], Name> }) => boolean,
    node: Checked<Found, State, State['names'], 'branch', N, Needs<N>, Gives<N>>,
  ): Step<
    State['flow'],
    State['mode'],
    State['required'],
    State['recent'],
    State['older'],
    State['names'],
    State['count'],
    State['ids'] | Id,
    State['outside'],
    Both<State['services'], Demands<N>>,
    Missing<State, Needs<N>>,
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
    const Read extends State['names'] & string,
    const Case extends string | symbol,
    const Bs extends Readonly<Record<string, unknown>>,
  >(
    name: FreshName<State['flow'], Id, State['ids']>,
    reads: readonly Read[],
    choose: (values: { readonly [Name in Read]: Visible<State['recent'], State['older'], Name> }) => Case,
    branches: CheckBranches<
      State['flow'],
      State['mode'],
      State['recent'],
      State['older'],
      State['names'],
      State['names'],
      Soft<State['mode'], State['outside']>,
      Id,
      Case,
      Bs
    >,
  ): Step<
    State['flow'],
    State['mode'],
    State['required'],
    State['recent'],
    State['older'],
    State['names'],
    State['count'],
    State['ids'] | Id,
    State['outside'],
    Both<State['services'], BranchDemands<Bs>>,
    Missing<State, BranchNeeds<Bs>>,
    BranchOutputs<Bs>
  >;
  /** Chooses what the flow leaves behind, instead of everything; with no name: nothing. */
  returns<const Chosen extends readonly string[]>(
    ...names: {
      [Index in keyof Chosen]: CheckReturn<State['flow'], Chosen[Index], keyof Provided<State['recent'], State['older'], State['outside']>>;
    }
  ): FlowEnd<
    State['flow'],
    Flat<State['required']>,
    Flat<Returned<Provided<State['recent'], State['older'], State['outside']>, Chosen[number]>>,
    Flat<State['services']>
  >;
  /** Gives the flow. Never throws: what the types could not see is reported by `flow.compile()`. */
  build(): Flow<
    State['flow'],
    Flat<State['required']>,
    Provided<State['recent'], State['older'], State['outside']>,
    Flat<State['services']>
  >;
}

type Placed<
  F extends string,
  M extends Mode,
  Req,
  Recent,
  Older extends readonly unknown[],
  Names,
  Count extends Counter,
  Ids,
  In,
  S,
  U,
  O,
  Override,
> = Override extends true
  ? Step<F, M, Req, Drop<Recent, keyof O>, DropFromAll<Older, keyof O>, Names, Count, Ids, Exclude<In, keyof O>, S, U, O>
  : Step<F, M, Req, Recent, Older, Names, Count, Ids, In, S, U, O>;
