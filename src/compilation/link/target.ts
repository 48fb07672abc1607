import type { DescribedFlow } from '../shape/describe.js';
import type { FlowNodeShape, NodeShape } from '../shape/flow-shape.js';
import type { Compat } from '../shape/taskflow-mode.js';
import { link } from './bind.js';
import type { LinkedFlow } from './bound-flow.js';
import { placed } from './outputs.js';

/**
 * A flow without what the targets of its graphs do not need: simply one with fewer nodes and links. Inner graphs first,
 * because what they don't read any more, those around them need not provide. A target that is no node is left to the
 * linker to report. TaskFlow.
 */
export function targeted(described: DescribedFlow, compat?: Compat): DescribedFlow {
  let left = described;
  for (let index = described.shape.nodes.length - 1; index >= 0; index--) {
    // Nodes are left away behind this one only, so that it has its number still.
    const flow = left.shape.nodes[index] as NodeShape;
    if (flow.kind === 'flow' && flow.target !== undefined) left = restricted(left, index, flow, flow.target, compat);
  }
  return left;
}

function restricted(
  described: DescribedFlow,
  index: number,
  flow: FlowNodeShape,
  target: string,
  compat: Compat | undefined,
): DescribedFlow {
  const { nodes } = described.shape;
  const linked = link(described.shape, compat);
  const children = linked.children[index] ?? [];
  const node = children.find((child) => nodes[child]?.name === target);
  if (node === undefined) return described;
  const needed = neededBy(node, linked, index);
  const dropped = new Set(children.filter((child) => !needed.has(child)));
  const gone = new Set([...dropped].map((child) => nodes[child]?.name));
  const returns = flow.returns?.filter((name) => !onlyFrom(dropped, name, described, linked, index));
  const links = flow.links.filter(({ from, to }) => !gone.has(from) && !gone.has(to));
  const { target: _, ...whole } = flow;
  return without(dropped, index, { ...whole, links, ...(returns === undefined ? {} : { returns }) }, described);
}

/** The node and all that it waits for. */
function neededBy(node: number, linked: LinkedFlow, graph: number): ReadonlySet<number> {
  const needed = new Set([node]);
  const orders = linked.orders.get(graph) ?? [];
  for (const next of needed) for (const [from, to] of orders) if (to === next) needed.add(from);
  return needed;
}

/** Whether this value came from nodes that are left away: then it can't be returned, and nobody said something wrong. */
function onlyFrom(dropped: ReadonlySet<number>, name: string, { shape }: DescribedFlow, linked: LinkedFlow, graph: number): boolean {
  const givers = (linked.children[graph] ?? []).filter((child) =>
    placed(shape, child, linked.given).values.some(([given]) => given === name),
  );
  return givers.length > 0 && givers.every((giver) => dropped.has(giver));
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
