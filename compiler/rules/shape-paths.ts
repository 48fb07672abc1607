import type { FlowShape } from '#compilation';

/** The node of a flow that something deep in it belongs to; -1 when it is not in that flow. */
export function childIn({ nodes }: FlowShape, flow: number, node: number): number {
  let at = node;
  while (at >= 0 && nodes[at]?.parent !== flow) at = nodes[at]?.parent ?? -1;
  return at;
}
