import type { FlowShape } from '../shape/flow-shape.js';
import type { OptionalPart } from './compiled-flow.js';
import type { Ends } from './execution-graph.js';
import { placesIn } from './skips.js';

/**
 * For each atom the innermost node around it that may fail without failing its flow; nothing when there is none in the flow.
 *
 * @param ends where each node of the shape begins and ends in the graph
 */
export function optionalParts(shape: FlowShape, ends: ReadonlyMap<number, Ends>): readonly (OptionalPart | undefined)[] | undefined {
  if (!shape.nodes.some(({ optional }) => optional === true)) return undefined;
  const places = placesIn(shape, ends);
  const parts: (OptionalPart | undefined)[] = [];
  for (const [node, { optional }] of shape.nodes.entries()) {
    const place = places[node];
    if (optional !== true || place === undefined) continue;
    const { target: path, first, end } = place;
    // Preorder: who is around it has been here.
    const outer = parts[first];
    const part: OptionalPart = { path, first, end, ...(outer === undefined ? {} : { outer }) };
    for (let atom = first; atom < end; atom++) parts[atom] = part;
  }
  return parts.length === 0 ? undefined : parts;
}
