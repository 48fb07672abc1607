import type { FlowDefinition } from '../../authoring/index.js';
import type { BoundFlow } from '../bind/bound-flow.js';
import type { ShapeOrigin } from '../shape/describe.js';
import type { FlowNodeShape, FlowShape } from '../shape/flow-shape.js';
import type { Source } from '../shape/source.js';
import type { CompiledDecider } from './compiled-flow.js';
import type { OrderedGraph } from './execution-graph.js';
import { type Place, placesIn, type Reach, skipsOf } from './skips.js';

/** All that has to be asked before nodes of a flow run, in definition order. A target without atoms needs no question. */
export function decidersOf(
  shape: FlowShape,
  bound: BoundFlow,
  { graph, ends }: OrderedGraph,
  origins: readonly ShapeOrigin[],
): readonly CompiledDecider[] {
  const places = placesIn(shape, ends);
  const reach: Reach = { graph, ends, places, isTask: (node) => shape.nodes[node]?.kind === 'task', atoms: bound.atoms.length };
  const deciders: CompiledDecider[] = [];
  for (const [index, node] of shape.nodes.entries()) {
    if (node.kind !== 'flow') continue;
    const definition = origins[index] as FlowDefinition;
    if (node.pattern === 'choice') deciders.push(...branches(index, node, definition, shape, bound, places));
    if (node.pattern === 'graph') deciders.push(...links(index, definition, shape, bound, reach));
  }
  return deciders;
}

function branches(
  index: number,
  { choice }: FlowNodeShape,
  definition: FlowDefinition,
  shape: FlowShape,
  bound: BoundFlow,
  places: readonly (Place | undefined)[],
): CompiledDecider[] {
  const pick = definition.choice?.pick as (values: object) => unknown;
  const reads = bound.reads.get(index) ?? {};
  const children = bound.children[index] ?? [];
  const cases = choice?.kind === 'switch' ? children.map((child) => shape.nodes[child]?.name ?? '') : [true, false];
  return children.flatMap((child) => {
    const place = places[child];
    if (place === undefined) return [];
    const chosenBy = choice?.kind === 'switch' ? (shape.nodes[child]?.name ?? '') : true;
    const skips = [[place.first, place.end]] as const;
    return { ...place, depth: 'node', skips, history: {}, reads, choice: { id: index, chosenBy, cases }, decide: pick };
  });
}

function links(index: number, { links = [] }: FlowDefinition, shape: FlowShape, bound: BoundFlow, reach: Reach): CompiledDecider[] {
  const named = new Map((bound.children[index] ?? []).map((child) => [shape.nodes[child]?.name ?? '', child]));
  const outputs = (node: string): Readonly<Record<string, Source>> =>
    Object.fromEntries(bound.outputs[named.get(node) ?? -1]?.values ?? []);
  const decided = links.filter(({ decider }) => typeof decider === 'function');
  return decided.flatMap(({ from, to, decider, depth = 'all' }) => {
    const target = named.get(to) ?? -1;
    const place = reach.places[target];
    if (place === undefined) return [];
    const source = reach.places[named.get(from) ?? -1];
    const sources = decided.filter((other) => other.to === to).map((other) => other.from);
    return {
      ...place,
      source: { node: from, first: source?.first ?? 0, end: source?.end ?? 0 },
      depth,
      skips: skipsOf(target, depth, bound.orders.get(index) ?? [], reach),
      history: Object.fromEntries(sources.map((source) => [source, outputs(source)])),
      reads: {},
      decide: decider as unknown as (history: object) => unknown,
    };
  });
}
