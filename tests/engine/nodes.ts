import type { RetryDefinition, TaskDefinition, Tuning, WaitDefinition } from '../../src/authoring/index.js';
import {
  type CompiledAtom,
  type CompiledDecider,
  type CompiledFlow,
  type ExecutionGraph,
  graphOf,
  type OptionalPart,
  STANDARD,
} from '../../src/compilation/index.js';

/** A node of a flow that only exists in tests: the core must run any graph, long before users can write one. */
export interface Node {
  readonly after?: readonly string[];
  readonly priority?: number;
  readonly revert?: boolean;
  readonly maxLosses?: number;
  readonly onInterrupted?: TaskDefinition['onInterrupted'];
  readonly tuning?: Tuning;
  /** A decider between the first node before it and this one; a no skips this one, or everything after it, too. */
  readonly decider?: { readonly reach: 'atom' | 'all' };
  /** Makes it a wait; `judged`: its signal gives a value, which a schema judges. */
  readonly waits?: WaitDefinition & { readonly judged?: true };
  /** Makes it the retry of the nodes up to, and with, this one. */
  readonly retries?: { readonly last: string; readonly attempts?: number; readonly policy?: RetryDefinition };
}

/** The first and the last node of a part that may fail without failing the flow. */
export type Part = readonly [first: string, last: string];

/**
 * Nodes in definition order.
 *
 * @param parts those that are optional, each after those around it
 */
export function compiled(nodes: Readonly<Record<string, Node>>, parts: readonly Part[] = []): CompiledFlow {
  const names = Object.keys(nodes);
  const enclosingRetries = enclosingRetriesOf(nodes, names);
  const atoms = names.map((name, index): CompiledAtom => {
    const node = nodes[name] as Node;
    const place = { index, path: name, priority: node.priority ?? 0, enclosingRetry: enclosingRetries[index] as number };
    if (node.retries) {
      const end = names.indexOf(node.retries.last) + 1;
      return {
        ...place,
        kind: 'retry',
        retry: node.retries.policy ?? { kind: 'times', attempts: node.retries.attempts ?? 1 },
        end,
        inputs: {},
        outputs: [],
      };
    }
    if (node.waits) {
      const outputs = node.waits.judged === true ? [{ name: 'value', optional: false }] : [];
      return { ...place, kind: 'wait', wait: node.waits, inputs: {}, requires: [], outputs };
    }
    const tuning = node.tuning ?? {};
    return { ...place, kind: 'task', task: definition(name, node), tuning, inputs: {}, revertInputs: {}, outputs: [], revertPorts: [] };
  });
  const graph = graphOf(
    atoms.length,
    names.flatMap((name, index) => (nodes[name]?.after ?? []).map((from) => [names.indexOf(from), index] as const)),
  );
  const deciders = names.flatMap((name, index) => deciderOf(nodes[name] as Node, index, names, graph));
  return {
    name: 'test',
    version: 1,
    continues: [],
    fingerprint: 'test',
    atoms,
    graph,
    ...(deciders.length === 0 ? {} : { deciders }),
    ...(parts.length === 0 ? {} : { optional: optionalOf(parts, names) }),
    inputs: [],
    inputsKnown: true,
    inputSchema: undefined,
    results: new Map(),
    manifest: {},
    warnings: [],
    constant: () => undefined,
    semantics: STANDARD,
  };
}

function optionalOf(parts: readonly Part[], names: readonly string[]): NonNullable<CompiledFlow['optional']> {
  const optional: (OptionalPart | undefined)[] = [];
  for (const [from, to] of parts) {
    const [first, end] = [names.indexOf(from), names.indexOf(to) + 1];
    const outer = optional[first];
    const part = { path: from, first, end, ...(outer === undefined ? {} : { outer }) };
    for (let atom = first; atom < end; atom++) optional[atom] = part;
  }
  return optional;
}

function deciderOf(
  { after: [from] = [], decider }: Node,
  index: number,
  names: readonly string[],
  graph: ExecutionGraph,
): CompiledDecider[] {
  if (decider === undefined || from === undefined) return [];
  const reached = new Set([index]);
  if (decider.reach === 'all') for (const atom of reached) for (const next of graph.successors[atom] ?? []) reached.add(next);
  const source = { node: from, first: names.indexOf(from), end: names.indexOf(from) + 1 };
  const place = { target: names[index] as string, entry: index, first: index, end: index + 1 };
  const skips = [...reached].map((atom) => [atom, atom + 1] as const);
  return [{ ...place, source, depth: decider.reach, skips, history: {}, reads: {}, decide: () => true }];
}

function enclosingRetriesOf(nodes: Readonly<Record<string, Node>>, names: readonly string[]): number[] {
  const enclosingRetries = names.map(() => -1);
  names.forEach((name, index) => {
    const last = nodes[name]?.retries?.last;
    if (last !== undefined) for (let inner = index + 1; inner <= names.indexOf(last); inner++) enclosingRetries[inner] = index;
  });
  return enclosingRetries;
}

function definition(name: string, node: Node): TaskDefinition {
  return {
    kind: 'task',
    name,
    named: true,
    requires: [],
    provides: [],
    keeps: [],
    revertRequires: [],
    hasRevert: node.revert ?? true,
    priority: node.priority ?? 0,
    maxLosses: node.maxLosses ?? 5,
    onInterrupted: node.onInterrupted ?? 'rerun',
    version: 1,
    code: { kind: 'object', target: {} },
  };
}
