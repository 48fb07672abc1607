import { builders } from '../../src/authoring/index.js';
import { type CompiledFlow, compile, toDot, toMermaid } from '../../src/compilation/index.js';
import type { AnyFlow } from '../../src/index.js';

/** The builders as JavaScript sees them: everything may be passed to everything. */
export interface AnyGraph {
  input(shape?: unknown): AnyGraph;
  retry(policy: unknown): AnyGraph;
  add(node: unknown, options?: unknown): AnyGraph;
  link(from: unknown, to: unknown, options?: unknown): AnyGraph;
  when(name: unknown, reads: unknown, test: unknown, node: unknown): AnyGraph;
  switch(name: unknown, reads: unknown, choose: unknown, branches: unknown): AnyGraph;
  target(node: unknown): AnyGraph;
  returns(...names: readonly string[]): AnyGraph;
  build(): AnyFlow;
}
type Begin = (name: string, options?: object) => AnyGraph;
type Begins = Begin & { open: Begin; dynamic: Begin };

const made = builders(compile, { toMermaid, toDot }) as unknown as Record<'linear' | 'unordered' | 'graph', Begins>;
export const { linear, unordered, graph } = made;

/** `path → paths of the atoms that must have ended before it`, through gates. */
export function waitsOf({ atoms, graph: { predecessors } }: CompiledFlow): Record<string, string[]> {
  const before = (node: number): number[] => (predecessors[node] ?? []).flatMap((from) => (from < atoms.length ? [from] : before(from)));
  return Object.fromEntries(
    atoms.map((atom) => [atom.path, [...new Set(before(atom.index))].sort((a, b) => a - b).map((index) => atoms[index]?.path ?? '?')]),
  );
}
