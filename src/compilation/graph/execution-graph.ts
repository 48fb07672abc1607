import type { Order } from '../bind/cycles.js';
import type { FlowNodeShape, FlowShape } from '../shape/flow-shape.js';
import { atomNumbers } from '../shape/node-places.js';
import type { ExecutionGraph } from './compiled-flow.js';

/** Where a node of the shape begins and ends in the graph; absent for a node without atoms. */
export interface Ends {
  readonly entry: number;
  readonly exit: number;
}

export interface OrderedGraph {
  readonly graph: ExecutionGraph;
  /** By node of the shape. The root flow has none: nothing is before or after it. */
  readonly ends: ReadonlyMap<number, Ends>;
}

/**
 * Edges of a flow. A nested flow counts as one node: what is before it is before all of it, so where it begins or ends
 * in several places it gets a gate.
 *
 * @param children content of each flow
 * @param orders who waits for whom among the nodes of each graph
 */
export function executionGraph(
  shape: FlowShape,
  children: readonly (readonly number[])[],
  orders: ReadonlyMap<number, readonly Order[]>,
): OrderedGraph {
  const ends = new Map<number, Ends>();
  const edges: Order[] = [];
  const atoms = atomNumbers(shape);
  const retries = new Map<number, number>();
  for (const [index, { kind, parent }] of shape.nodes.entries()) {
    const atom = atoms[index] as number;
    if (kind === 'retry') retries.set(parent, atom);
    else if (atom >= 0) ends.set(index, { entry: atom, exit: atom });
  }
  // Gates are numbered after the atoms.
  let count = atoms.filter((atom) => atom >= 0).length;
  const gate = (): number => count++;

  /** Nodes side by side: `heads` wait for nothing in this flow, nothing in it waits for `tails`. */
  const around = (index: number, heads: readonly number[], tails: readonly number[]): void => {
    const retry = retries.get(index);
    const single = (nodes: readonly number[]): number => (nodes.length === 1 ? (nodes[0] as number) : gate());
    if (heads.length === 0 || tails.length === 0) {
      if (retry !== undefined) ends.set(index, { entry: retry, exit: retry });
      return;
    }
    const isRoot = index === 0;
    const entry = retry ?? (isRoot ? -1 : single(heads));
    const exit = isRoot ? -1 : single(tails);
    if (entry >= 0) for (const head of heads) if (head !== entry) edges.push([entry, head]);
    if (exit >= 0) for (const tail of tails) if (tail !== exit) edges.push([tail, exit]);
    if (!isRoot) ends.set(index, { entry, exit });
  };

  const oneByOne = (index: number): void => {
    const retry = retries.get(index);
    const chain = (children[index] ?? []).flatMap((child) => ends.get(child) ?? []);
    if (retry !== undefined) chain.unshift({ entry: retry, exit: retry });
    for (let next = 1; next < chain.length; next++) edges.push([(chain[next - 1] as Ends).exit, (chain[next] as Ends).entry]);
    const [first, last] = [chain[0], chain[chain.length - 1]];
    if (first !== undefined && last !== undefined) ends.set(index, { entry: first.entry, exit: last.exit });
  };

  const asOrdered = (index: number): void => {
    const nodes = children[index] ?? [];
    const pairs = new Map((orders.get(index) ?? []).map((pair) => [pair.join(), pair]));
    for (const node of [...pairs.values()].flat()) {
      if (ends.has(node)) continue;
      const pass = gate();
      ends.set(node, { entry: pass, exit: pass });
    }
    const waiting = new Set<number>();
    const awaited = new Set<number>();
    for (const [from, to] of pairs.values()) {
      edges.push([(ends.get(from) as Ends).exit, (ends.get(to) as Ends).entry]);
      waiting.add(to);
      awaited.add(from);
    }
    const present = nodes.filter((node) => ends.has(node));
    around(
      index,
      present.filter((node) => !waiting.has(node)).map((node) => (ends.get(node) as Ends).entry),
      present.filter((node) => !awaited.has(node)).map((node) => (ends.get(node) as Ends).exit),
    );
  };

  for (let index = shape.nodes.length - 1; index >= 0; index--) {
    if (shape.nodes[index]?.kind !== 'flow') continue;
    if ((shape.nodes[index] as FlowNodeShape).pattern === 'linear') oneByOne(index);
    else asOrdered(index);
  }
  return { graph: graphOf(count, edges), ends };
}

/** A graph from its edges. */
export function graphOf(nodes: number, edges: Iterable<Order>): ExecutionGraph {
  const successors: number[][] = Array.from({ length: nodes }, () => []);
  const predecessors: number[][] = Array.from({ length: nodes }, () => []);
  for (const [from, to] of edges) {
    successors[from]?.push(to);
    predecessors[to]?.push(from);
  }
  // A list that grew by pushing has room for more than it holds.
  return { successors: successors.map((list) => list.slice()), predecessors: predecessors.map((list) => list.slice()) };
}
