import type { CompiledFlow } from '../compilation/index.js';

/**
 * Everything that comes after the atoms from `first` up to, without, `until`: in their flow and in those around it, as
 * ranges in ascending order. A retry that undoes its own flow only undoes these too (TaskFlow ).
 */
export function behind({ graph, atoms }: CompiledFlow, first: number, until: number): readonly (readonly [from: number, until: number])[] {
  const seen = new Set<number>();
  for (let atom = first; atom < until; atom++) seen.add(atom);
  for (const node of seen) for (const successor of graph.successors[node] ?? []) seen.add(successor);
  const reached = [...seen].filter((node) => node < atoms.length && (node < first || node >= until)).sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const atom of reached) {
    const last = ranges.at(-1);
    if (last?.[1] === atom) last[1]++;
    else ranges.push([atom, atom + 1]);
  }
  return ranges;
}
