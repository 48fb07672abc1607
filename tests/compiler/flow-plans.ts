import fc from 'fast-check';
import { type AnyFlow, defineRetry, defineTask, forEach, isFlowproofError, times } from '../../src/index.js';
import { type AnyGraph, graph, linear, unordered } from '../compilation/graph-tasks.js';

/** Flows as data, so that two versions of one can be generated. */
export interface Plan {
  readonly version: number;
  readonly continues: readonly number[];
  readonly root: FlowPlan;
}
export type NodePlan = TaskPlan | FlowPlan | ChoicePlan;
export interface TaskPlan {
  kind: 'task';
  name: string;
  version: number;
  gives: string[];
  takes: string[];
  /** Taken where it is there. */
  likes: string[];
  reverts: boolean;
  /** So many executions fail before one succeeds. */
  fails: number;
}
export interface FlowPlan {
  kind: 'flow';
  name: string;
  pattern: 'linear' | 'unordered' | 'graph';
  retry: 'none' | 'times' | 'forEach' | 'own' | 'own with code';
  nodes: NodePlan[];
  links: LinkPlan[];
}
/** Of a graph: from an earlier node to a later one. */
interface LinkPlan {
  from: number;
  to: number;
  says: 'nothing' | 'yes' | 'no';
  depth: 'all' | 'flow' | 'neighbors' | 'atom';
}
/** In a linear flow. */
export interface ChoicePlan {
  kind: 'choice';
  name: string;
  reads: string[];
  chosen: number;
  branches: NodePlan[];
}

const VALUES = ['x', 'y', 'z'] as const;
export const INPUTS = ['in'] as const;
const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;

const task = fc.record({
  kind: fc.constant('task' as const),
  name: fc.constantFrom(...NAMES),
  version: fc.constantFrom(1, 1, 1, 1, 2),
  gives: fc.subarray([...VALUES], { maxLength: 2 }),
  takes: fc.subarray([...VALUES, ...INPUTS]),
  likes: fc.subarray([...VALUES], { maxLength: 1 }),
  reverts: fc.boolean(),
  fails: fc.constantFrom(0, 0, 0, 1),
});
const link = fc.record({
  from: fc.nat({ max: 3 }),
  to: fc.nat({ max: 3 }),
  says: fc.constantFrom('nothing' as const, 'yes' as const, 'no' as const),
  depth: fc.constantFrom('all' as const, 'flow' as const, 'neighbors' as const, 'atom' as const),
});
const { flow, node } = fc.letrec<{ flow: FlowPlan; node: NodePlan }>((tie) => ({
  flow: fc.record({
    kind: fc.constant('flow' as const),
    name: fc.constantFrom(...NAMES),
    pattern: fc.constantFrom('linear' as const, 'linear' as const, 'unordered' as const, 'graph' as const),
    retry: fc.constantFrom(
      'none' as const,
      'none' as const,
      'times' as const,
      'forEach' as const,
      'own' as const,
      'own with code' as const,
    ),
    nodes: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
    links: fc.array(link, { maxLength: 2 }),
  }),
  node: fc.oneof(
    { maxDepth: 2 },
    { weight: 4, arbitrary: task },
    { weight: 2, arbitrary: tie('flow') },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('choice' as const),
        name: fc.constantFrom(...NAMES),
        reads: fc.subarray([...VALUES, ...INPUTS]),
        chosen: fc.nat({ max: 1 }),
        branches: fc.array(tie('node'), { minLength: 1, maxLength: 2 }),
      }),
    },
  ),
}));

/** What an author does: adds, takes away, writes anew under the same name, moves, guards, orders, links otherwise. */
const edit = fc.record({
  kind: fc.constantFrom('add', 'drop', 'replace', 'swap', 'retry', 'pattern', 'links', 'version', 'gives', 'reads'),
  flow: fc.nat(),
  place: fc.nat(),
  node,
  other: flow,
});
export type Edit = typeof edit extends fc.Arbitrary<infer One> ? One : never;

export const plans = fc
  .tuple(flow, fc.array(edit, { minLength: 1, maxLength: 2 }), fc.constantFrom(1, 1, 1, 2), fc.boolean())
  .map(([root, edits, version, continues]) => {
    const before: Plan = { version: 1, continues: [], root: { ...root, name: 'f' } };
    const now: Plan = { version, continues: continues && version === 2 ? [1] : [], root: edited(before.root, edits) };
    return { before, now };
  });

function edited(root: FlowPlan, edits: readonly Edit[]): FlowPlan {
  const copy = structuredClone(root);
  for (const one of edits) {
    const flows = flowsIn(copy);
    const at = flows[one.flow % flows.length] as FlowPlan;
    const index = one.place % (at.nodes.length || 1);
    const there = at.nodes[index];
    const fresh = structuredClone(one.node);
    if (one.kind === 'add') at.nodes.splice(index, 0, fresh);
    else if (one.kind === 'drop') at.nodes.splice(index, 1);
    else if (one.kind === 'replace' && there !== undefined) at.nodes[index] = { ...fresh, name: there.name };
    else if (one.kind === 'swap') at.nodes.push(...at.nodes.splice(index, 1));
    else if (one.kind === 'retry') at.retry = one.other.retry;
    else if (one.kind === 'pattern') at.pattern = one.other.pattern;
    else if (one.kind === 'links') at.links = structuredClone(one.other.links);
    else if (one.kind === 'version' && there?.kind === 'task') there.version++;
    else if (one.kind === 'gives' && there?.kind === 'task') there.gives = [...VALUES];
    else if (one.kind === 'reads' && there?.kind === 'choice') there.reads = [...VALUES, ...INPUTS];
  }
  return copy;
}

function flowsIn(root: FlowPlan): FlowPlan[] {
  const inside = (one: NodePlan): FlowPlan[] =>
    one.kind === 'flow' ? flowsIn(one) : one.kind === 'choice' ? one.branches.flatMap(inside) : [];
  return [root, ...root.nodes.flatMap(inside)];
}

/** What the code of a flow met: the same for all versions that work on a run. */
export class Life {
  readonly executed = new Map<string, number>();
  /** Who was asked about values that were not there. */
  readonly blind: string[] = [];
}

/** Names that are there for certain, and all that anybody gives. */
interface Scope {
  readonly certain: ReadonlySet<string>;
  readonly given: Set<string>;
}

/** The flow of a plan, without what would make no sense; `undefined`: it makes none still. */
export function flowOf({ version, continues, root }: Plan, life: Life): AnyFlow | undefined {
  const scope: Scope = { certain: new Set(INPUTS), given: new Set(INPUTS) };
  const begun = { linear, unordered, graph }[root.pattern].dynamic('f', { version, continues }).input([...INPUTS]);
  const built = filled(begun, root, 'f', scope, life).flow;
  try {
    built.compile();
    return built;
  } catch (error) {
    if (isFlowproofError(error, 'FLOW_DEFINITION')) return undefined;
    throw error;
  }
}

interface Made {
  readonly flow: AnyFlow;
  readonly gives: readonly string[];
}

function filled(begun: AnyGraph, plan: FlowPlan, path: string, scope: Scope, life: Life): Made {
  const nodes = plan.nodes.filter(({ name, kind }, index) => {
    const isFirst = plan.nodes.findIndex((one) => one.name === name) === index;
    return isFirst && (kind !== 'choice' || plan.pattern === 'linear');
  });
  const { retry, gives: drawn } = retryOf(plan.retry, path, scope, life);
  let builder = retry === undefined ? begun : begun.retry(retry);
  const inner = new Set([...scope.certain, ...drawn]);
  const gives: string[] = [];
  const made: { readonly name: string; readonly node: unknown; readonly gives: readonly string[] }[] = [];
  const links = plan.pattern === 'graph' ? plan.links.filter(({ from, to }) => from < to && to < nodes.length) : [];
  const skipped = Math.min(nodes.length, ...links.flatMap(({ says, to }) => (says === 'nothing' ? [] : [to])));
  for (const [index, plan_] of nodes.entries()) {
    const at = `${path}/${plan_.name}`;
    if (plan_.kind === 'choice') {
      builder = chosen(builder, plan_, at, { certain: inner, given: scope.given }, life);
      continue;
    }
    const one = nodeOf(plan_, at, { certain: plan.pattern === 'unordered' ? scope.certain : inner, given: scope.given }, life);
    made.push({ name: plan_.name, ...one });
    if (plan.pattern === 'linear') builder = builder.add(one.node, { name: plan_.name });
    if (index < skipped) {
      gives.push(...one.gives);
      for (const name of one.gives) inner.add(name);
    }
  }
  if (plan.pattern === 'unordered') for (const { node: one, name } of made) builder = builder.add(one, { name });
  if (plan.pattern === 'graph') {
    builder = builder.add(Object.fromEntries(made.map(({ name, node: one }) => [name, one])));
    for (const { from, to, says, depth } of links) {
      const [source, target] = [made[from], made[to]];
      if (source === undefined || target === undefined) continue;
      const decider = (history: Readonly<Record<string, Readonly<Record<string, unknown>>>>): boolean => {
        const told = history[source.name] ?? {};
        if (source.gives.some((name) => told[name] === undefined)) life.blind.push(`${path}: ${source.name} -> ${target.name}`);
        return says === 'yes';
      };
      builder = says === 'nothing' ? builder.link(source.name, target.name) : builder.link(source.name, target.name, { decider, depth });
    }
  }
  return { flow: builder.build(), gives };
}

function nodeOf(
  plan: TaskPlan | FlowPlan,
  path: string,
  scope: Scope,
  life: Life,
): { readonly node: unknown; readonly gives: readonly string[] } {
  if (plan.kind === 'flow') {
    const { flow: node, gives } = filled({ linear, unordered, graph }[plan.pattern].open(plan.name), plan, path, scope, life);
    return { node, gives };
  }
  const gives = plan.gives.filter((name) => !scope.given.has(name));
  for (const name of gives) scope.given.add(name);
  const takes = plan.takes.filter((name) => scope.certain.has(name));
  const likes = plan.likes.filter((name) => !takes.includes(name) && !gives.includes(name));
  const options = {
    name: plan.name,
    version: plan.version,
    requires: [...takes, ...likes.map((name) => `${name}?`)],
    provides: gives,
    execute: async () => {
      const times = (life.executed.get(path) ?? 0) + 1;
      life.executed.set(path, times);
      if (times <= plan.fails) throw new Error('not yet');
      return Object.fromEntries(gives.map((name) => [name, 1]));
    },
    ...(plan.reverts ? { revert: async () => {} } : {}),
  };
  return { node: defineTask(options as never), gives };
}

function chosen(builder: AnyGraph, { name, reads, chosen: pick, branches }: ChoicePlan, path: string, scope: Scope, life: Life): AnyGraph {
  const known = reads.filter((one) => scope.certain.has(one));
  const nodes = branches.flatMap((one, index) => {
    if (one.kind === 'choice') return [];
    const named = { ...one, name: `case-${index}` };
    return [[named.name, nodeOf(named, `${path}/${named.name}`, scope, life).node] as const];
  });
  if (nodes.length === 0) return builder;
  const choose = (values: Readonly<Record<string, unknown>>): string => {
    if (known.some((one) => values[one] === undefined)) life.blind.push(`${path}: ${known.join()}`);
    return nodes[pick % nodes.length]?.[0] ?? '';
  };
  return builder.switch(name, known, choose, Object.fromEntries(nodes));
}

function retryOf(
  kind: FlowPlan['retry'],
  path: string,
  scope: Scope,
  life: Life,
): { readonly retry?: unknown; readonly gives: readonly string[] } {
  const value = `try of ${path}`;
  const takes = [...scope.certain].filter((name) => !name.startsWith('try of')).slice(0, 2);
  const look = (inputs: object): void => {
    if (takes.some((name) => (inputs as Readonly<Record<string, unknown>>)[name] === undefined)) life.blind.push(`${path}: retry`);
  };
  const onFailure = (history: { readonly length: number }, inputs: object) => {
    look(inputs);
    return history.length < 3 ? 'RETRY' : 'REVERT';
  };
  switch (kind) {
    case 'none':
      return { gives: [] };
    case 'times':
      return { retry: times(3), gives: [] };
    case 'forEach':
      return { retry: forEach(value, ['one', 'two']), gives: [value] };
    case 'own':
      return { retry: defineRetry({ name: 'own', requires: takes, onFailure } as never), gives: [] };
    case 'own with code': {
      const execute = (_: unknown, inputs: object) => {
        look(inputs);
        return { [value]: 'v' };
      };
      return { retry: defineRetry({ name: 'own', requires: takes, provides: [value], execute, onFailure } as never), gives: [value] };
    }
  }
}
