import type { FlowDefinition } from '#authoring';
import {
  type BoundFlow,
  bind,
  type DescribedFlow,
  describe,
  type FlowShape,
  type NodeShape,
  type ShapeOrigin,
  targeted,
} from '#compilation';
import { ts } from '../../source/index.js';
import type { Gap } from '../ground/gaps.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import type { Assumption } from '../ground/oracle.js';
import type { Built, Trace } from '../ground/traces.js';
import type { Types } from '../ground/types.js';
import { type FlowPlaces, placesIn } from './flow-places.js';

/** A flow as it was read from source, with the places of its parts. */
export interface FlowReading {
  readonly name: string;
  readonly definition: FlowDefinition;
  readonly shape: FlowShape;
  readonly bound: BoundFlow;
  /** What `compile()` sees of it: it does not know what only types say. */
  readonly compiled: { readonly shape: FlowShape; readonly bound: BoundFlow };
  readonly origins: readonly ShapeOrigin[];
  /** Where the node of the shape was added; the flow itself: where it was begun. */
  placeOf(node: number): ts.Node;
  /** Where the task or retry of a node is declared, by what names it. */
  sourceOf(node: number): ts.Node | undefined;
  /** The parts of a flow in it, by its node of the shape; `undefined` for what is no flow, and for choices. */
  partsOf(node: number): FlowPlaces | undefined;
  /** The calls that made a flow in it. */
  callsOf(node: number): readonly Trace[];
  /** Its `.build()`. */
  readonly at: ts.CallExpression;
  /** What could not be read of it and of the flows in it. */
  readonly gaps: readonly Gap[];
  /** What was assumed of conditions that only a run can know. */
  readonly assumptions: readonly Assumption[];
  /** As it was read, of a flow whose rest is known by loading it. */
  readonly before?: FlowReading;
}

export function readFlow(built: Built, { traces, origins, types }: Pick<InterpreterState, 'traces' | 'origins' | 'types'>): FlowReading {
  const { definition, at, assumptions } = built;
  const whole = describe(definition);
  const described = targeted(whole);
  const { shape } = described;
  const bound = bind(shape);
  const known = new Map<FlowDefinition, { readonly built: Built; readonly places: FlowPlaces }>();
  const flowAt = (index: number) => {
    const origin = described.origins[index];
    if (origin?.kind !== 'flow') return undefined;
    let found = known.get(origin);
    const its = found === undefined ? traces.built(origin) : undefined;
    if (its !== undefined) {
      found = { built: its, places: placesIn(its, origins) };
      known.set(origin, found);
    }
    return found;
  };
  const ordinal = ordinals(described, whole);
  const placeOf = (index: number): ts.Node => {
    const node = shape.nodes[index];
    if (node === undefined || node.parent < 0) return flowAt(0)?.places.start ?? at;
    const around = flowAt(node.parent);
    if (around !== undefined) {
      const found = node.kind === 'retry' ? around.places.retry : around.places.nodes[ordinal[index] ?? -1];
      return found ?? around.places.start;
    }
    const choice = shape.nodes[node.parent];
    const outer = choice && flowAt(choice.parent);
    return outer?.places.branches.get(ordinal[node.parent] ?? -1)?.[ordinal[index] ?? -1] ?? placeOf(node.parent);
  };
  const erased = (index: number): boolean => {
    const input = flowAt(index)?.built.calls.find(({ method }) => method === 'input');
    return input !== undefined && isErased(input.at, types);
  };
  const nodes = shape.nodes.map((node, index): NodeShape => {
    if (node.kind !== 'flow' || !erased(index)) return node;
    return { ...node, input: { kind: node.input.kind } };
  });
  const flows = shape.nodes.flatMap((_, index) => flowAt(index)?.built ?? []);
  const gaps = [...new Set(flows)].flatMap(({ calls }) => calls.flatMap((call) => call.gaps));
  return {
    name: definition.name,
    definition,
    shape,
    bound,
    compiled: { shape: { nodes }, bound: bind({ nodes }) },
    origins: described.origins,
    placeOf,
    sourceOf(node) {
      const origin = described.origins[node];
      const code = origin !== undefined && 'code' in origin ? origins.of(origin.code.target) : undefined;
      return code && (ts.getNameOfDeclaration(code as ts.Declaration) ?? code);
    },
    partsOf: (node) => flowAt(node)?.places,
    callsOf: (node) => flowAt(node)?.built.calls ?? [],
    at,
    gaps,
    assumptions,
  };
}

/** The place of each node among its siblings as they were added, without retries: a target may have left some out. */
function ordinals({ shape, placements }: DescribedFlow, whole: DescribedFlow): readonly number[] {
  const counts = new Map<number, number>();
  const written = whole.shape.nodes.map(({ parent, kind }) => {
    if (kind === 'retry' || parent < 0) return 0;
    const ordinal = counts.get(parent) ?? 0;
    counts.set(parent, ordinal + 1);
    return ordinal;
  });
  const places = new Map<string, number>();
  const ids = new Map<unknown, number>();
  // A flow that is used twice has its nodes twice: they differ by where they are.
  const keyOf = (placement: unknown, parent: number): string => {
    const id = ids.get(placement) ?? ids.size;
    ids.set(placement, id);
    return `${parent} ${id}`;
  };
  for (const [index, { parent }] of whole.shape.nodes.entries()) places.set(keyOf(whole.placements[index], parent), index);
  const originals: number[] = [];
  for (const [index, { parent }] of shape.nodes.entries()) {
    originals.push(places.get(keyOf(placements[index], parent < 0 ? -1 : (originals[parent] as number))) ?? index);
  }
  return originals.map((original) => written[original] ?? 0);
}

/** `.input<I>()` leaves nothing behind for a run; neither do schemas that can't describe themselves. */
function isErased({ typeArguments, arguments: [schema] }: ts.CallExpression, types: Types): boolean {
  if (typeArguments !== undefined || schema === undefined) return typeArguments !== undefined;
  const standard = types.property(types.of(schema), '~standard');
  return standard !== undefined && types.property(standard, 'jsonSchema') === undefined;
}
