import type { Depth } from '../definition/definition.js';
import type { Flow } from '../definition/flow.js';
import type { Mode } from '../placement/check-add.js';
import type { Flat } from '../words/names.js';
import type { Sentence } from '../words/sentence.js';
import type { Both } from '../words/unions.js';
import type { Provided } from '../words/visible-values.js';
import type { BatchDemands, BatchNeeds, BatchOutputs, CheckBatch, FoundInBatch } from './check-graph.js';
import type { CheckReturn, FlowEnd, GraphTarget, Returned } from './flow-end.js';
import type { AfterDeciders, AfterTarget, DeciderHistory, LinkEnd, LinkOptions, NodeName } from './graph-links.js';
import type { GraphState } from './states.js';

/**
 * A graph that is being built: a node runs when those that provide its values have run. Every call gives a new builder
 * and leaves this one as it was.
 *
 * @typeParam State what is known of it so far
 */
export interface GraphBuilder<in out State extends GraphState> {
  /**
   * Adds a batch of nodes in any order: tasks, built flows, or either with `use`. They read each other's values, what
   * earlier batches provide, and what the flow is given.
   */
  add<
    const Ns extends Readonly<Record<string, unknown>>,
    Found = FoundInBatch<
      State['mode'],
      State['batches'],
      State['names'],
      keyof State['nodes'],
      State['mode'] extends 'open' ? State['outside'] : never,
      Ns
    >,
  >(
    nodes: CheckBatch<Found, State['flow'], State['batches'], State['names'], State['mode'] extends 'open' ? State['outside'] : never, Ns>,
  ): Grown<
    State['flow'],
    State['mode'],
    State['required'],
    State['batches'],
    State['names'],
    State['nodes'],
    State['links'],
    State['outside'],
    State['services'],
    Ns,
    BatchOutputs<Ns>,
    BatchNeeds<State['mode'], State['batches'], State['names'], State['outside'], Ns>
  >;
  /** Lets a node wait for another one although it reads nothing from it. */
  link<const From extends NodeName<State['nodes']>, const To extends NodeName<State['nodes']>>(
    from: LinkEnd<State['flow'], State['nodes'], From>,
    to: LinkEnd<State['flow'], State['nodes'], To, From>,
  ): Linked<
    State['flow'],
    State['mode'],
    State['required'],
    State['batches'],
    State['names'],
    State['nodes'],
    State['links'],
    State['outside'],
    State['services'],
    readonly [From, To, 'always']
  >;
  /** Lets a node wait for another one, and run only if the decider says so. */
  link<const From extends NodeName<State['nodes']>, const To extends NodeName<State['nodes']>, const D extends Depth = 'all'>(
    from: LinkEnd<State['flow'], State['nodes'], From>,
    to: LinkEnd<State['flow'], State['nodes'], To, From>,
    options: LinkOptions<DeciderHistory<State['nodes'], State['links'], From, To>, D>,
  ): Linked<
    State['flow'],
    State['mode'],
    State['required'],
    State['batches'],
    State['names'],
    State['nodes'],
    State['links'],
    State['outside'],
    State['services'],
    readonly [From, To, D]
  >;
  /**
   * Leaves away all that one node does not need: only the nodes run that provide what it reads or are linked before it,
   * and so on. What the node gives is certain, what others give may be absent. This builder stays whole, for another
   * target or for none.
   */
  target<const Id extends NodeName<State['nodes']>>(
    node: Id extends keyof State['nodes'] ? Id : Sentence<'UNKNOWN_TARGET', { flow: State['flow']; node: Id }>,
  ): GraphTarget<
    State['flow'],
    Flat<State['required']>,
    AfterTarget<State['nodes'], Id, AfterDeciders<State['nodes'], State['links'], Provided<{}, State['batches'], State['outside']>>>,
    Flat<State['services']>
  >;
  /** Chooses what the flow leaves behind, instead of everything; with no name: nothing. */
  returns<const Chosen extends readonly string[]>(
    ...names: { [Index in keyof Chosen]: CheckReturn<State['flow'], Chosen[Index], keyof Provided<{}, State['batches'], State['outside']>> }
  ): FlowEnd<
    State['flow'],
    Flat<State['required']>,
    Flat<Returned<AfterDeciders<State['nodes'], State['links'], Provided<{}, State['batches'], State['outside']>>, Chosen[number]>>,
    Flat<State['services']>
  >;
  /** Gives the flow. Never throws: what the types could not see is reported by `flow.compile()`. */
  build(): Flow<
    State['flow'],
    Flat<State['required']>,
    AfterDeciders<State['nodes'], State['links'], Provided<{}, State['batches'], State['outside']>>,
    Flat<State['services']>
  >;
}

/** With a batch of nodes more: `O` is what they give, `U` what they need from outside. By parts, as `Step` of a linear flow is. */
type Grown<F extends string, M extends Mode, Req, Batches extends readonly unknown[], Names, Nodes, Links, In, S, Ns, O, U> = GraphBuilder<{
  flow: F;
  mode: M;
  required: Req & U;
  batches: [U & O, ...Batches];
  names: Names | keyof O | keyof U;
  nodes: Nodes & Ns;
  links: Links;
  outside: In | keyof U;
  services: Both<S, BatchDemands<Ns>>;
}>;

type Linked<F extends string, M extends Mode, Req, Batches extends readonly unknown[], Names, Nodes, Links, In, S, Link> = GraphBuilder<{
  flow: F;
  mode: M;
  required: Req;
  batches: Batches;
  names: Names;
  nodes: Nodes;
  links: Links | Link;
  outside: In;
  services: S;
}>;
