import type { Flow } from '../definition/flow.js';
import type { Demands, Gives, LiteralName, Nameable, Needs } from '../definition/node-types.js';
import type { AddOptions, FoundInOptions, PlacedNeeds, PlacedOutputs, Tolerated } from '../placement/add-options.js';
import type { CheckAdd, FoundInNode, Mode } from '../placement/check-add.js';
import type { Flat } from '../words/names.js';
import type { Listed, Sentence, Shown } from '../words/sentence.js';
import type { Both } from '../words/unions.js';
import type { Unmet } from '../words/unmet.js';
import type { Drop } from '../words/visible-values.js';
import type { CheckReturn, FlowEnd, Returned } from './flow-end.js';
import type { UnorderedState } from './states.js';

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
 * @typeParam State what is known of it so far
 */
export interface UnorderedBuilder<in out State extends UnorderedState> {
  /** Adds a task or a built flow; it reads what the flow is given. */
  add<
    N,
    Found = FoundInUnordered<
      State['mode'],
      State['base'],
      State['names'],
      State['ids'],
      State['names'] | State['outputs'],
      State['outputs'],
      State['outside'],
      N,
      Needs<N>,
      Gives<N>
    >,
  >(
    node: CheckSibling<
      Found,
      State['flow'],
      State['mode'],
      State['base'],
      State['names'],
      State['names'] | State['outputs'],
      State['outputs'],
      State['outside'],
      N,
      Needs<N>,
      Gives<N>
    >,
  ): Wider<
    State['flow'],
    State['mode'],
    State['required'],
    State['base'],
    State['names'],
    State['provided'] & Gives<N>,
    State['outputs'],
    State['ids'] | LiteralName<N>,
    State['outside'],
    Both<State['services'], Demands<N>>,
    Unmet<State['mode'], State['base'], [], State['names'], State['outside'], Needs<N>>,
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
      State['names'] | State['outputs'],
      Rebind,
      Rename,
      PlacedNeeds<Needs<N>, Rebind, Inject>,
      FoundInUnordered<
        State['mode'],
        State['base'],
        State['names'],
        [Name] extends [never] ? State['ids'] : never,
        Override extends true ? never : State['names'] | State['outputs'],
        State['outputs'],
        State['outside'],
        N,
        PlacedNeeds<Needs<N>, Rebind, Inject>,
        PlacedOutputs<Gives<N>, Rename>
      >
    >,
  >(
    node: CheckSibling<
      Found,
      State['flow'],
      State['mode'],
      State['base'],
      State['names'],
      Override extends true ? never : State['names'] | State['outputs'],
      State['outputs'],
      State['outside'],
      N,
      PlacedNeeds<Needs<N>, Rebind, Inject>,
      PlacedOutputs<Gives<N>, Rename>
    >,
    options: AddOptions<
      N,
      State['flow'],
      Nameable<N, Needs<N>>,
      Nameable<N, Gives<N>>,
      State['mode'] extends 'open' ? string : State['names'] | State['outputs'],
      State['ids'],
      Name,
      Rebind,
      Inject,
      Rename,
      Override,
      Optional
    >,
  ): Wider<
    State['flow'],
    State['mode'],
    State['required'],
    State['base'],
    State['names'],
    (Override extends true ? Drop<State['provided'], keyof PlacedOutputs<Gives<N>, Rename>> : State['provided']) &
      Tolerated<PlacedOutputs<Gives<N>, Rename>, Optional>,
    State['outputs'],
    State['ids'] | ([Name] extends [never] ? LiteralName<N> : Name),
    State['outside'],
    Both<State['services'], Demands<N>>,
    Unmet<State['mode'], State['base'], [], State['names'], State['outside'], PlacedNeeds<Needs<N>, Rebind, Inject>>,
    PlacedOutputs<Gives<N>, Rename>
  >;
  /** Chooses what the flow leaves behind, instead of everything; with no name: nothing. */
  returns<const Chosen extends readonly string[]>(
    ...names: { [Index in keyof Chosen]: CheckReturn<State['flow'], Chosen[Index], State['outputs']> }
  ): FlowEnd<State['flow'], Flat<State['required']>, Flat<Returned<State['provided'], Chosen[number]>>, Flat<State['services']>>;
  /** Gives the flow. Never throws: what the types could not see is reported by `flow.compile()`. */
  build(): Flow<State['flow'], Flat<State['required']>, Flat<State['provided']>, Flat<State['services']>>;
}

/** With one node more: `U` is what it needs from outside, `O` what it gives. By parts, as `Step` of a linear flow is. */
type Wider<F extends string, M extends Mode, Req, Base, Names, Prov, Out, Ids, In, S, U, O> = UnorderedBuilder<{
  flow: F;
  mode: M;
  required: Req & U;
  base: Base & U;
  names: Names | keyof U;
  provided: Prov;
  outputs: Out | keyof O;
  ids: Ids;
  outside: In | keyof U;
  services: S;
}>;
