import type { Depth } from '../definition/definition.js';
import type { Flow } from '../definition/flow.js';
import type { Mode } from '../placement/check-add.js';
import type { Flat } from '../words/names.js';
import type { Provided } from '../words/scope.js';
import type { Sentence } from '../words/sentence.js';
import type { Both } from '../words/unions.js';
import type { BatchDemands, BatchNeeds, BatchOutputs, CheckBatch, FoundInBatch } from './check-graph.js';
import type { CheckReturn, FlowEnd, GraphTarget, Returned } from './flow-end.js';
import type { AfterDeciders, AfterTarget, DeciderHistory, LinkEnd, LinkOptions, NodeName } from './graph-links.js';

/**
 * A graph that is being built: a node runs when those that provide its values have run. Every call gives a new builder
 * and leaves this one as it was.
 *
 * @typeParam F name of the flow
 * @typeParam M `closed`: an unmet input is an error; `open`: it becomes what the flow requires
 * @typeParam Req what a run must be given so far
 * @typeParam Chunks values of each batch, last first; at the end what came from outside
 * @typeParam Names names of all values
 * @typeParam Nodes name → node
 * @typeParam Ties links
 * @typeParam In names that came from outside and don't count as provided
 * @typeParam S services
 */
export interface GraphBuilder<
  in out F extends string,
  in out M extends Mode,
  in out Req,
  in out Chunks extends readonly unknown[],
  in out Names,
  in out Nodes,
  in out Ties,
  in out In,
  in out S,
> {
  /**
   * Adds a batch of nodes in any order: tasks, built flows, or either with `use`. They read each other's values, what
   * earlier batches provide, and what the flow is given.
   */
  add<
    const Ns extends Readonly<Record<string, unknown>>,
    Found = FoundInBatch<M, Chunks, Names, keyof Nodes, M extends 'open' ? In : never, Ns>,
  >(
    nodes: CheckBatch<Found, F, Chunks, Names, M extends 'open' ? In : never, Ns>,
  ): Grown<F, M, Req, Chunks, Names, Nodes, Ties, In, S, Ns, BatchOutputs<Ns>, BatchNeeds<M, Chunks, Names, In, Ns>>;
  /** Lets a node wait for another one although it reads nothing from it. */
  link<const From extends NodeName<Nodes>, const To extends NodeName<Nodes>>(
    from: LinkEnd<F, Nodes, From>,
    to: LinkEnd<F, Nodes, To, From>,
  ): GraphBuilder<F, M, Req, Chunks, Names, Nodes, Ties | readonly [From, To, 'always'], In, S>;
  /** Lets a node wait for another one, and run only if the decider says so. */
  link<const From extends NodeName<Nodes>, const To extends NodeName<Nodes>, const D extends Depth = 'all'>(
    from: LinkEnd<F, Nodes, From>,
    to: LinkEnd<F, Nodes, To, From>,
    options: LinkOptions<DeciderHistory<Nodes, Ties, From, To>, D>,
  ): GraphBuilder<F, M, Req, Chunks, Names, Nodes, Ties | readonly [From, To, D], In, S>;
  /**
   * Leaves away all that one node does not need: only the nodes run that provide what it reads or are linked before it,
   * and so on. What the node gives is certain, what others give may be absent. This builder stays whole, for another
   * target or for none.
   */
  target<const Id extends NodeName<Nodes>>(
    node: Id extends keyof Nodes ? Id : Sentence<'UNKNOWN_TARGET', { flow: F; node: Id }>,
  ): GraphTarget<F, Flat<Req>, AfterTarget<Nodes, Id, AfterDeciders<Nodes, Ties, Provided<{}, Chunks, In>>>, Flat<S>>;
  /** Chooses what the flow leaves behind, instead of everything; with no name: nothing. */
  returns<const Chosen extends readonly string[]>(
    ...names: { [Index in keyof Chosen]: CheckReturn<F, Chosen[Index], keyof Provided<{}, Chunks, In>> }
  ): FlowEnd<F, Flat<Req>, Flat<Returned<AfterDeciders<Nodes, Ties, Provided<{}, Chunks, In>>, Chosen[number]>>, Flat<S>>;
  /** Gives the flow. Never throws: what the types could not see is reported by `flow.compile()`. */
  build(): Flow<F, Flat<Req>, AfterDeciders<Nodes, Ties, Provided<{}, Chunks, In>>, Flat<S>>;
}

type Grown<F extends string, M extends Mode, Req, Chunks extends readonly unknown[], Names, Nodes, Ties, In, S, Ns, O, U> = GraphBuilder<
  F,
  M,
  Req & U,
  [U & O, ...Chunks],
  Names | keyof O | keyof U,
  Nodes & Ns,
  Ties,
  In | keyof U,
  Both<S, BatchDemands<Ns>>
>;
