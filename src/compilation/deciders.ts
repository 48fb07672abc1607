import type { FlowDefinition } from '../authoring/index.js';
import type { CompiledDecider } from './compiled-flow.js';
import type { ShapeOrigin } from './describe.js';
import type { Ends } from './execution-graph.js';
import type { FlowNodeShape, FlowShape } from './flow-shape.js';
import type { LinkedFlow } from './link.js';
import type { Source } from './source.js';

type Place = Pick<CompiledDecider, 'target' | 'entry' | 'first' | 'until'>;

/** All that has to be asked before nodes of a flow run, in definition order. A target without atoms needs no question. */
export function decidersOf(
  shape: FlowShape,
  linked: LinkedFlow,
  ends: ReadonlyMap<number, Ends>,
  origins: readonly ShapeOrigin[],
): readonly CompiledDecider[] {
  const places = placesIn(shape, ends);
  const deciders: CompiledDecider[] = [];
  for (const [index, node] of shape.nodes.entries()) {
    if (node.kind !== 'flow') continue;
    const definition = origins[index] as FlowDefinition;
    if (node.pattern === 'choice') deciders.push(...branches(index, node, definition, shape, linked, places));
    if (node.pattern === 'graph') deciders.push(...links(index, definition, shape, linked, places, ends));
  }
  return deciders;
}

function branches(
  index: number,
  { choice }: FlowNodeShape,
  definition: FlowDefinition,
  shape: FlowShape,
  linked: LinkedFlow,
  places: readonly (Place | undefined)[],
): CompiledDecider[] {
  const pick = definition.choice?.pick as (values: object) => unknown;
  const reads = linked.reads.get(index) ?? {};
  return (linked.children[index] ?? []).flatMap((child) => {
    const place = places[child];
    const wanted = choice?.kind === 'switch' ? shape.nodes[child]?.name : true;
    return place === undefined ? [] : { ...place, depth: 'node', history: {}, reads, decide: (values) => pick(values) === wanted };
  });
}

function links(
  index: number,
  { links = [] }: FlowDefinition,
  shape: FlowShape,
  linked: LinkedFlow,
  places: readonly (Place | undefined)[],
  ends: ReadonlyMap<number, Ends>,
): CompiledDecider[] {
  const named = new Map((linked.children[index] ?? []).map((child) => [shape.nodes[child]?.name ?? '', child]));
  const outputs = (node: string): Readonly<Record<string, Source>> => Object.fromEntries(linked.given[named.get(node) ?? -1]?.values ?? []);
  const decided = links.filter(({ decider }) => typeof decider === 'function');
  return decided.flatMap(({ from, to, decider, depth = 'all' }) => {
    const place = places[named.get(to) ?? -1];
    if (place === undefined) return [];
    const sources = decided.filter((other) => other.to === to).map((other) => other.from);
    return {
      ...place,
      source: { node: from, exit: ends.get(named.get(from) ?? -1)?.exit ?? -1 },
      depth,
      history: Object.fromEntries(sources.map((source) => [source, outputs(source)])),
      reads: {},
      decide: (history) => Boolean((decider as unknown as (history: object) => unknown)(history)),
    };
  });
}

/** Where each node of the shape lies among the atoms; none where it has no atoms. */
function placesIn(shape: FlowShape, ends: ReadonlyMap<number, Ends>): readonly (Place | undefined)[] {
  const paths: string[] = [];
  const first: number[] = [];
  let count = 0;
  for (const { name, parent, kind } of shape.nodes) {
    paths.push(parent < 0 ? name : `${paths[parent]}/${name}`);
    first.push(count);
    if (kind === 'task' || kind === 'retry') count++;
  }
  const until = shape.nodes.map((_, index) => first[index + 1] ?? count);
  for (let index = shape.nodes.length - 1; index > 0; index--) {
    const parent = shape.nodes[index]?.parent as number;
    until[parent] = Math.max(until[parent] as number, until[index] as number);
  }
  return shape.nodes.map((_, index) => {
    const entry = ends.get(index)?.entry;
    if (entry === undefined || first[index] === until[index]) return undefined;
    return { target: paths[index] as string, entry, first: first[index] as number, until: until[index] as number };
  });
}
