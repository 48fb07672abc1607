import type { FlowDefinition } from '#authoring';
import type { Built } from '../ground/traces.js';

/** A flow with a number that is the same for flows that look the same and are built at the same place. */
export interface Numbered {
  readonly built: Built;
  readonly number: number;
}

/**
 * Flows that differ. One that was read on several paths may be the same on each; one that the same `.build()` puts into
 * another of the same owner is part of that one.
 *
 * @param numbers of flows that were read before
 */
export function distinctFlows(all: readonly Built[], numbers = new Map<string, number>()): readonly Numbered[] {
  const known = new Map<FlowDefinition, number>();
  const first = new Map<string, Numbered>();
  const places = new Map(all.map(({ definition, at, owner }) => [definition, { at, owner }]));
  const parts = new Set<FlowDefinition>();
  for (const built of all) {
    for (const { node } of built.definition.nodes) {
      const place = node.kind === 'flow' ? places.get(node) : undefined;
      if (node.kind === 'flow' && place?.at === built.at && place.owner === built.owner) parts.add(node);
    }
  }
  for (const built of all) {
    const text = `${built.at.getSourceFile().fileName}:${built.at.pos} ${textOf(built.definition, known)}`;
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    known.set(built.definition, number);
    const key = `${number} ${built.owner}`;
    if (!parts.has(built.definition) && !first.has(key)) first.set(key, { built, number });
  }
  return [...first.values()];
}

/** Equal for flows that look equal; flows in it were built before, and have a number. */
function textOf(definition: FlowDefinition, known: ReadonlyMap<FlowDefinition, number>): string {
  const named = definition.nodes.map(({ node, ...rest }) => {
    const number = node.kind === 'flow' ? known.get(node) : undefined;
    return { ...rest, node: number ?? node };
  });
  return JSON.stringify({ ...definition, nodes: named }, (key, value: unknown) => (key === 'code' || key === 'schema' ? undefined : value));
}
