import type { DescribedFlow } from '../shape/describe.js';
import type { FlowNodeShape, NodeShape } from '../shape/flow-shape.js';
import { bind } from './bind.js';
import type { BoundFlow } from './bound-flow.js';
import { placedOutputs } from './outputs.js';
import type { Semantics } from './semantics.js';

/**
 * A flow without what the targets of its graphs do not need: simply one with fewer nodes and links. Inner graphs first,
 * because what they don't read any more, those around them need not provide. A target that is no node is left to the
 * binder to report. TaskFlow.
 */
export function targeted(described: DescribedFlow, semantics?: Semantics): DescribedFlow {
  let left = described;
  for (let index = described.shape.nodes.length - 1; index >= 0; index--) {
    // Nodes are left away behind this one only, so that it has its number still.
    const flow = left.shape.nodes[index] as NodeShape;
    if (flow.kind === 'flow' && flow.target !== undefined) left = restricted(left, index, flow, flow.target, semantics);
  }
  return left;
}

function restricted(
  described: DescribedFlow,
  index: number,
  flow: FlowNodeShape,
  target: string,
  semantics: Semantics | undefined,
): DescribedFlow {
  const { nodes } = described.shape;
  const bound = bind(described.shape, semantics);
  const children = bound.children[index] ?? [];
  const node = children.find((child) => nodes[child]?.name === target);
  if (node === undefined) return described;
  const needed = neededBy(node, bound, index);
  const dropped = new Set(children.filter((child) => !needed.has(child)));
  const gone = new Set([...dropped].map((child) => nodes[child]?.name));
  const returns = flow.returns?.filter((name) => !onlyFrom(dropped, name, described, bound, index));
  const links = flow.links.filter(({ from, to }) => !gone.has(from) && !gone.has(to));
  const { target: _, ...whole } = flow;
  return without(dropped, index, { ...whole, links, ...(returns === undefined ? {} : { returns }) }, described);
}

/** The node and all that it waits for. */
function neededBy(node: number, bound: BoundFlow, graph: number): ReadonlySet<number> {
  const needed = new Set([node]);
  const orders = bound.orders.get(graph) ?? [];
  for (const next of needed) for (const [from, to] of orders) if (to === next) needed.add(from);
  return needed;
}

/** Whether this value came from nodes that are left away: then it can't be returned, which is no mistake of the user's. */
function onlyFrom(dropped: ReadonlySet<number>, name: string, { shape }: DescribedFlow, bound: BoundFlow, graph: number): boolean {
  const providers = (bound.children[graph] ?? []).filter((child) =>
    placedOutputs(shape, child, bound.outputs).values.some(([output]) => output === name),
  );
  return providers.length > 0 && providers.every((provider) => dropped.has(provider));
}

function without(dropped: ReadonlySet<number>, index: number, flow: FlowNodeShape, described: DescribedFlow): DescribedFlow {
  const { nodes } = described.shape;
  const places: number[] = [];
  const kept: number[] = [];
  for (const [node, { parent }] of nodes.entries()) {
    const stays = !dropped.has(node) && (parent < 0 || (places[parent] as number) >= 0);
    places.push(stays ? kept.push(node) - 1 : -1);
  }
  const placeOf = (node: NodeShape): NodeShape => ({ ...node, parent: node.parent < 0 ? -1 : (places[node.parent] as number) });
  return {
    shape: { nodes: kept.map((node) => placeOf(node === index ? flow : (nodes[node] as NodeShape))) },
    origins: kept.map((node) => described.origins[node]),
    placements: kept.map((node) => described.placements[node] as DescribedFlow['placements'][number]),
  };
}
