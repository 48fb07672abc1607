import { type BoundFlow, pathsOf } from '#compilation';
import type { FlowReading } from '../reading/index.js';
import type { ts } from '../source/index.js';
import { assumed } from './assumed.js';
import type { Rule } from './rule.js';
import { childIn } from './shape-paths.js';

/** Why a node of a graph waits for another one. */
interface Edge {
  readonly from: number;
  readonly to: number;
  /** What stands on the arrow. */
  readonly label: string;
  readonly reason: string;
  /** What reads, however deep; or the link. */
  readonly at: ts.Node;
  /** The node of the graph that waits; or the link. */
  readonly in: ts.Node;
}

type Source = BoundFlow['atoms'][number]['inputs'][string];

/**
 * Nodes of a graph that wait for each other in a circle: such a flow never starts. `compile()` refuses it (compilation/bind/cycles.ts in
 * src), and so do the types of a graph (authoring/builder/check-graph.ts); here the shortest circle is shown, with its places.
 */
export const cycle: Rule = {
  code: 'CYCLE',
  severity: 'error',
  title: 'nodes of a graph wait for each other in a circle',
  *find({ flows }) {
    for (const flow of flows) {
      for (const [node, shape] of flow.shape.nodes.entries()) {
        if (shape.kind !== 'flow' || shape.pattern !== 'graph') continue;
        const circle = closedBy(shortest(edgesIn(flow, node)));
        const [first, last] = [circle[0], circle.at(-1)];
        if (first === undefined || last === undefined) continue;
        const name = (index: number) => flow.shape.nodes[index]?.name ?? '';
        const steps = circle.map(({ to, label }) => `--${label}--> ${name(to)}`);
        const path = [name(first.from), ...withoutMiddle(steps, (left) => `… ${left} more …`)].join(' ');
        yield {
          at: last.in,
          message: `flow '${shape.flow}' has a cycle: ${path}`,
          related: [...withoutMiddle(circle).map(({ at, reason }) => ({ at, message: reason })), ...assumed(flow)],
        };
      }
    }
  },
};

function edgesIn(flow: FlowReading, graph: number): readonly Edge[] {
  const { shape, bound } = flow;
  const paths = pathsOf(shape);
  const prefix = `${paths[graph]}/`;
  const inside = (node: number): string => (paths[node] ?? '').slice(prefix.length);
  const edges: Edge[] = [];
  const add = (reader: number, input: string, source: Source): void => {
    if (source.from === 'branch') for (const one of source.of) add(reader, input, one);
    if (source.from !== 'atom') return;
    const provider = bound.atoms[source.atom]?.node ?? -1;
    const [from, to] = [childIn(shape, graph, provider), childIn(shape, graph, reader)];
    if (from < 0 || to < 0 || from === to) return;
    const { output } = source;
    const retry = shape.nodes[reader]?.kind === 'retry';
    const who = retry ? `the retry of '${inside(shape.nodes[reader]?.parent ?? -1)}'` : `'${inside(reader)}'`;
    const names = input === output ? `'${output}'` : `'${output}' as '${input}'`;
    edges.push({
      from,
      to,
      label: output,
      reason: `${who} reads ${names}, which '${inside(provider)}' provides`,
      at: flow.placeOf(reader),
      in: flow.placeOf(to),
    });
  };
  for (const atom of bound.atoms) {
    if (!(paths[atom.node] ?? '').startsWith(prefix)) continue;
    for (const [input, source] of Object.entries(atom.revertInputs)) add(atom.node, input, source);
  }
  for (const [choice, reads] of bound.reads) {
    if (!(paths[choice] ?? '').startsWith(prefix)) continue;
    for (const [input, source] of Object.entries(reads)) add(choice, input, source);
  }
  const children = new Map((bound.children[graph] ?? []).map((child) => [shape.nodes[child]?.name, child]));
  const around = shape.nodes[graph];
  const written = flow.partsOf(graph)?.links ?? [];
  for (const link of around?.kind === 'flow' ? around.links : []) {
    const [from, to] = [children.get(link.from), children.get(link.to)];
    if (from === undefined || to === undefined) continue;
    const call = written.find(({ args }) => String(args[0]) === link.from && String(args[1]) === link.to)?.at;
    const at = call?.arguments[0] ?? call ?? flow.placeOf(graph);
    edges.push({ from, to, label: 'link', reason: `'${link.to}' waits for '${link.from}' by this link`, at, in: at });
  }
  return edges;
}

/** A circle of more edges than these is said by its beginning and its end. */
const MOST_EDGES = 9;
const ENDS = 3;

function withoutMiddle<Item>(list: readonly Item[], between?: (left: number) => Item): readonly Item[] {
  if (list.length <= MOST_EDGES) return list;
  const middle = between === undefined ? [] : [between(list.length - 2 * ENDS)];
  return [...list.slice(0, ENDS), ...middle, ...list.slice(-ENDS)];
}

/** Turned so that it ends with what was written last: that is what closed it. */
function closedBy(circle: readonly Edge[]): readonly Edge[] {
  const last = circle.reduce((latest, edge, index) => (edge.in.pos > (circle[latest]?.in.pos ?? -1) ? index : latest), 0);
  return [...circle.slice(last + 1), ...circle.slice(0, last + 1)];
}

/** The shortest circle, beginning with its first edge in source order; empty when there is none. */
function shortest(edges: readonly Edge[]): readonly Edge[] {
  let best: readonly Edge[] = [];
  for (const start of edges) {
    const circle = back(start, edges, best.length === 0 ? Number.POSITIVE_INFINITY : best.length);
    if (circle !== undefined) best = circle;
  }
  return best;
}

/** The shortest way from the end of an edge to its beginning, that edge first; only if it is shorter than `limit`. */
function back(start: Edge, edges: readonly Edge[], limit: number): readonly Edge[] | undefined {
  const came = new Map<number, Edge>([[start.to, start]]);
  let row = [start.to];
  for (let length = 1; row.length > 0 && length < limit; length++) {
    if (came.has(start.from)) break;
    const next: number[] = [];
    for (const edge of edges) {
      if (!row.includes(edge.from) || came.has(edge.to)) continue;
      came.set(edge.to, edge);
      next.push(edge.to);
    }
    row = next;
  }
  if (!came.has(start.from)) return undefined;
  const way: Edge[] = [];
  for (let edge = came.get(start.from); edge !== undefined; edge = edge === start ? undefined : came.get(edge.from)) way.unshift(edge);
  return way.length < limit ? way : undefined;
}
