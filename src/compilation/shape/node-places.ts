import type { FlowShape } from './flow-shape.js';

/** By node, the names of the nodes around it and its own, joined by `/`: what diagnostics, manifests and journals call it. */
export function pathsOf({ nodes }: FlowShape): readonly string[] {
  const paths: string[] = [];
  for (const { name, parent } of nodes) paths.push(parent < 0 ? name : `${paths[parent]}/${name}`);
  return paths;
}

/** By node, the number that its atom has in a run; -1 for flows, which are none: they are numbered in their order. */
export function atomNumbers({ nodes }: FlowShape): readonly number[] {
  let count = 0;
  return nodes.map(({ kind }) => (kind === 'task' || kind === 'retry' ? count++ : -1));
}
