import type { ExecutionGraph } from './compiled-flow.js';
import type { FlowShape } from './flow-shape.js';

/** Edges of a flow: in a linear flow each atom waits for the one before it. */
export function executionGraph(shape: FlowShape): ExecutionGraph {
  const count = shape.nodes.filter((node) => node.kind === 'task' || node.kind === 'retry').length;
  return graphOf(
    count,
    Array.from({ length: Math.max(0, count - 1) }, (_, atom) => [atom, atom + 1] as const),
  );
}

/** A graph from its edges. */
export function graphOf(nodes: number, edges: Iterable<readonly [from: number, to: number]>): ExecutionGraph {
  const successors: number[][] = Array.from({ length: nodes }, () => []);
  const predecessors: number[][] = Array.from({ length: nodes }, () => []);
  for (const [from, to] of edges) {
    successors[from]?.push(to);
    predecessors[to]?.push(from);
  }
  return { successors, predecessors };
}
