import type { FlowDefinition } from '#authoring';
import { bind, describe, type FlowNodeShape, type FlowShape, type NodeShape, targeted } from '#compilation';
import type { ts } from '../../source/index.js';
import type { Gap } from '../ground/gaps.js';
import { nameOf } from './flow-places.js';
import type { FlowReading } from './flow-reading.js';

/** What the source says of a flow whose rest is known by other means. */
export interface PartlyRead {
  /** Its `.build()`. */
  readonly at: ts.CallExpression;
  readonly gaps: readonly Gap[];
  /** The flow as far as it could be read, if it could be at all. */
  readonly before?: FlowReading;
}

/** A flow that is known by running what builds it, with the places that its source has for its parts. */
export function loadedReading(definition: FlowDefinition, { at, gaps, before }: PartlyRead): FlowReading {
  const { shape, origins } = targeted(describe(definition));
  const paths = pathsOf(shape);
  const read = new Map(before === undefined ? [] : pathsOf(before.shape).map((path, node) => [path, node]));
  const same = (node: number): number | undefined => read.get(paths[node] ?? '');
  const named = { nodes: shape.nodes.map((node, index) => withTypedNames(node, before?.shape.nodes[same(index) ?? -1])) };
  // What is not in the source came by what could not be read.
  const elsewhere = gaps[0]?.unknown.at ?? nameOf(at);
  const of = <Part>(node: number, ask: (before: FlowReading, node: number) => Part): Part | undefined => {
    const known = same(node);
    return before === undefined || known === undefined ? undefined : ask(before, known);
  };
  return {
    name: definition.name,
    definition,
    shape: named,
    bound: bind(named),
    compiled: { shape, bound: bind(shape) },
    origins,
    placeOf: (node) => of(node, (flow, known) => flow.placeOf(known)) ?? elsewhere,
    sourceOf: (node) => of(node, (flow, known) => flow.sourceOf(known)),
    partsOf: (node) => of(node, (flow, known) => flow.partsOf(known)),
    callsOf: (node) => of(node, (flow, known) => flow.callsOf(known)) ?? [],
    at,
    gaps: [],
    assumptions: [],
    ...(before === undefined ? {} : { before }),
  };
}

/** From the root on; its name may not have been known. */
function pathsOf({ nodes }: FlowShape): readonly string[] {
  const paths: string[] = [];
  for (const { name, parent } of nodes) paths.push(parent < 0 ? '' : `${paths[parent]}/${name}`);
  return paths;
}

/** `.input<I>()` leaves nothing behind for a run; the source still has it. */
function withTypedNames(node: NodeShape, read: NodeShape | undefined): NodeShape {
  if (node.kind !== 'flow' || read?.kind !== 'flow') return node;
  const input: FlowNodeShape['input'] = node.input.kind === 'typed' && node.input.names === undefined ? read.input : node.input;
  return { ...node, input };
}
