import type { Flow } from '../definition/flow.js';
import type { Demands, Gives, LiteralName, Nameable, Needs } from '../definition/node-types.js';
import type { AddOptions, FoundInOptions, PlacedNeeds, PlacedOutputs, Tolerated } from '../placement/add-options.js';
import type { CheckAdd, FoundInNode, Mode } from '../placement/check-add.js';
import type { Flat } from '../words/names.js';
import type { Drop } from '../words/scope.js';
import type { Listed, Sentence, Shown } from '../words/sentence.js';
import type { Both } from '../words/unions.js';
import type { Unmet } from '../words/unmet.js';
import type { CheckReturn, FlowEnd, Returned } from './flow-end.js';

/** A value that only a sibling provides is no value here, be it needed or optional. */
type FoundInUnordered<M, Base, Names, Ids, Taken, Out, In, N, I, O> = [Extract<keyof I, Exclude<Out, Names>>] extends [never]
  ? FoundInNode<M, Base, [], Names, Ids, Taken, M extends 'open' ? In : never, N, I, O, Demands<N>>
  : 'SIBLING_VALUE';

type CheckSibling<Found, F, M, Base, Names, Taken, Out, In, N, I, O> = [Found] extends ['SIBLING_VALUE']
  ? Shown<Sentence<'SIBLING_VALUE', { flow: F; value: Listed<Extract<keyof I, Exclude<Out, Names>>> }>>
  : CheckAdd<Found, F, Base, [], Names, Taken, M extends 'open' ? In : never, 'node', N, I, O>;

/**
 * An unordered flow that is being built: no node waits for another one, so none sees what another one provides. Every
 * call gives a new builder and leaves this one as it was.
 *
 * @typeParam F name of the flow
 * @typeParam M `closed`: an unmet input is an error; `open`: it becomes what the flow requires
 * @typeParam Req what a run must be given so far
 * @typeParam Base values that all nodes see
 * @typeParam Names names of `Base`
 * @typeParam Prov what the flow leaves behind
 * @typeParam Out names of `Prov`
 * @typeParam Ids names of nodes, as far as they are literals
 * @typeParam In names that came from outside
 * @typeParam S services
 */
export interface UnorderedBuilder<
  in out F extends string,
  in out M extends Mode,
  in out Req,
  in out Base,
  in out Names,
  in out Prov,
  in out Out,
  in out Ids,
  in out In,
  in out S,
> {
  /** Adds a task or a built flow; it reads what the flow is given. */
  add<N, Found = FoundInUnordered<M, Base, Names, Ids, Names | Out, Out, In, N, Needs<N>, Gives<N>>>(
    node: CheckSibling<Found, F, M, Base, Names, Names | Out, Out, In, N, Needs<N>, Gives<N>>,
  ): Wider<
    F,
    M,
    Req,
    Base,
    Names,
    Prov & Gives<N>,
    Out,
    Ids | LiteralName<N>,
    In,
    Both<S, Demands<N>>,
    Unmet<M, Base, [], Names, In, Needs<N>>,
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
      Names | Out,
      Rebind,
      Rename,
      PlacedNeeds<Needs<N>, Rebind, Inject>,
      FoundInUnordered<
        M,
        Base,
        Names,
        [Name] extends [never] ? Ids : never,
        Override extends true ? never : Names | Out,
        Out,
        In,
        N,
        PlacedNeeds<Needs<N>, Rebind, Inject>,
        PlacedOutputs<Gives<N>, Rename>
      >
    >,
  >(
    node: CheckSibling<
      Found,
      F,
      M,
      Base,
      Names,
      Override extends true ? never : Names | Out,
      Out,
      In,
      N,
      PlacedNeeds<Needs<N>, Rebind, Inject>,
      PlacedOutputs<Gives<N>, Rename>
    >,
    options: AddOptions<
      F,
      Nameable<N, Needs<N>>,
      Nameable<N, Gives<N>>,
      M extends 'open' ? string : Names | Out,
      Ids,
      Name,
      Rebind,
      Inject,
      Rename,
      Override,
      Optional
    >,
  ): Wider<
    F,
    M,
    Req,
    Base,
    Names,
    (Override extends true ? Drop<Prov, keyof PlacedOutputs<Gives<N>, Rename>> : Prov) &
      Tolerated<PlacedOutputs<Gives<N>, Rename>, Optional>,
    Out,
    Ids | ([Name] extends [never] ? LiteralName<N> : Name),
    In,
    Both<S, Demands<N>>,
    Unmet<M, Base, [], Names, In, PlacedNeeds<Needs<N>, Rebind, Inject>>,
    PlacedOutputs<Gives<N>, Rename>
  >;
  /** Chooses what the flow leaves behind, instead of everything; with no name: nothing. */
  returns<const Chosen extends readonly string[]>(
    ...names: { [Index in keyof Chosen]: CheckReturn<F, Chosen[Index], Out> }
  ): FlowEnd<F, Flat<Req>, Flat<Returned<Prov, Chosen[number]>>, Flat<S>>;
  /** Gives the flow. Never throws: what the types could not see is reported by `flow.compile()`. */
  build(): Flow<F, Flat<Req>, Flat<Prov>, Flat<S>>;
}

type Wider<F extends string, M extends Mode, Req, Base, Names, Prov, Out, Ids, In, S, U, O> = UnorderedBuilder<
  F,
  M,
  Req & U,
  Base & U,
  Names | keyof U,
  Prov,
  Out | keyof O,
  Ids,
  In | keyof U,
  S
>;
