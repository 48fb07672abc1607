import type { Order } from '../bind/cycles.js';
import type { FlowShape } from '../shape/flow-shape.js';
import { atomNumbers, pathsOf } from '../shape/node-places.js';
import type { CompiledDecider, ExecutionGraph } from './compiled-flow.js';
import type { Ends } from './execution-graph.js';

/** Where a node of the shape lies: in the graph, and among the atoms. */
export type Place = Pick<CompiledDecider, 'target' | 'entry' | 'first' | 'end'>;

/** What has to be known of a flow to tell how far a `no` reaches. */
export interface Reach {
  readonly graph: ExecutionGraph;
  readonly ends: ReadonlyMap<number, Ends>;
  /** By node of the shape; none where it has no atoms. */
  readonly places: readonly (Place | undefined)[];
  readonly isTask: (node: number) => boolean;
  /** Nodes of the graph below this number are atoms. */
  readonly atoms: number;
}

type Range = readonly [from: number, end: number];

/**
 * Atoms that are skipped when a decider of this target says no; TaskFlow. Another flow after the target is reached
 * by `all` only; the target counts as one node, whatever is in it.
 *
 * @param orders who waits for whom among the nodes of the target's flow
 */
export function skipsOf(target: number, depth: CompiledDecider['depth'], orders: readonly Order[], reach: Reach): readonly Range[] {
  const { first, end } = reach.places[target] as Place;
  const own: Range = [first, end];
  if (depth === 'all') return [own, ...after(target, own, reach)];
  if (depth === 'atom' || depth === 'node' || !reach.isTask(target)) return [own];
  const next = (node: number): number[] => orders.filter(([from, to]) => from === node && reach.isTask(to)).map(([, to]) => to);
  const found = new Set(next(target));
  if (depth === 'flow') for (const node of found) for (const more of next(node)) found.add(more);
  return [own, ...[...found].map((node) => reach.places[node] as Place).map((place): Range => [place.first, place.end])];
}

/** Everything that comes after a node, in its flow and in those around it. */
function after(target: number, [first, end]: Range, { graph, ends, atoms }: Reach): readonly Range[] {
  const seen = new Set<number>([(ends.get(target) as Ends).exit]);
  for (const node of seen) for (const successor of graph.successors[node] ?? []) seen.add(successor);
  const reached = [...seen].filter((node) => node < atoms && (node < first || node >= end)).sort((a, b) => a - b);
  return reached.map((atom): Range => [atom, atom + 1]);
}

/** Where each node of the shape lies among the atoms; none where it has no atoms. */
export function placesIn(shape: FlowShape, ends: ReadonlyMap<number, Ends>): readonly (Place | undefined)[] {
  const paths = pathsOf(shape);
  const first: number[] = [];
  let count = 0;
  for (const atom of atomNumbers(shape)) {
    first.push(count);
    if (atom >= 0) count++;
  }
  const end = shape.nodes.map((_, index) => first[index + 1] ?? count);
  for (let index = shape.nodes.length - 1; index > 0; index--) {
    const parent = shape.nodes[index]?.parent as number;
    end[parent] = Math.max(end[parent] as number, end[index] as number);
  }
  return shape.nodes.map((_, index) => {
    const entry = ends.get(index)?.entry;
    if (entry === undefined || first[index] === end[index]) return undefined;
    return { target: paths[index] as string, entry, first: first[index] as number, end: end[index] as number };
  });
}
