import fc from 'fast-check';

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
  /** So many reverts fail before one succeeds. */
  stubborn: number;
  /** It may fail without failing its flow. */
  optional: boolean;
}
export interface FlowPlan {
  kind: 'flow';
  name: string;
  pattern: 'linear' | 'unordered' | 'graph';
  retry: 'none' | 'times' | 'local' | 'forEach' | 'own' | 'own with code';
  nodes: NodePlan[];
  links: LinkPlan[];
  optional: boolean;
}
/** Of a graph: from an earlier node to a later one. */
export interface LinkPlan {
  from: number;
  to: number;
  says: 'nothing' | 'yes' | 'no';
  depth: 'all' | 'flow' | 'neighbors' | 'atom';
}
/** In a linear flow. */
export interface ChoicePlan {
  kind: 'choice';
  name: string;
  how: 'switch' | 'when';
  reads: string[];
  /** Which branch, counted on and on; a `when` says yes to even numbers. */
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
  stubborn: fc.constant(0),
  optional: fc.constantFrom(false, false, false, true),
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
      'local' as const,
      'forEach' as const,
      'own' as const,
      'own with code' as const,
    ),
    nodes: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
    links: fc.array(link, { maxLength: 2 }),
    optional: fc.constantFrom(false, false, false, true),
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
        how: fc.constantFrom('switch' as const, 'switch' as const, 'when' as const),
        reads: fc.subarray([...VALUES, ...INPUTS]),
        chosen: fc.nat({ max: 2 }),
        branches: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
      }),
    },
  ),
}));

const KINDS = ['add', 'drop', 'replace', 'swap', 'retry', 'pattern', 'links', 'version', 'gives', 'reads'] as const;
const MORE_KINDS = ['rename', 'wrap', 'branch', 'choose', 'optional'] as const;
/** Such that a run goes on more often than not. */
const MILD_KINDS = ['add', 'add', 'add', 'swap', 'swap', 'branch', 'branch', 'retry', 'links'] as const;

/** What an author does: adds, takes away, writes anew under the same name, moves, guards, orders, links, chooses otherwise. */
const place = { flow: fc.nat(), place: fc.nat(), node, other: flow };
const edit = fc.record({ kind: fc.constantFrom(...KINDS, ...MORE_KINDS), ...place });
const mildEdit = fc.record({ kind: fc.constantFrom(...KINDS, ...MORE_KINDS, ...MILD_KINDS), ...place });
export type Edit = typeof edit extends fc.Arbitrary<infer One> ? One : never;

export const plans = fc
  .tuple(flow, fc.array(edit, { minLength: 1, maxLength: 2 }), fc.constantFrom(1, 1, 1, 2), fc.boolean())
  .map(([root, edits, version, continues]) => {
    const before: Plan = { version: 1, continues: [], root: { ...root, name: 'f' } };
    const now: Plan = { version, continues: continues && version === 2 ? [1] : [], root: edited(before.root, edits) };
    return { before, now };
  });

export const flows = flow;
export const mildEdits = fc.array(mildEdit, { minLength: 1, maxLength: 2 });

export function edited(root: FlowPlan, edits: readonly Edit[]): FlowPlan {
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
    else if (one.kind === 'optional' && there !== undefined && there.kind !== 'choice') there.optional = !there.optional;
    else if (one.kind === 'rename' && there !== undefined) there.name = fresh.name;
    else if (one.kind === 'wrap' && there !== undefined) at.nodes[index] = { ...structuredClone(one.other), nodes: [there], links: [] };
    else choose(copy, one, fresh);
  }
  return copy;
}

/** Adds a branch to a choice, takes one away, renames one, or has another one chosen. */
function choose(root: FlowPlan, { kind, flow, place }: Edit, fresh: NodePlan): void {
  const choices = flowsIn(root).flatMap(({ nodes }) => nodes.filter((node) => node.kind === 'choice'));
  const choice = choices[flow % (choices.length || 1)];
  if (choice === undefined) return;
  const index = place % (choice.branches.length || 1);
  const branch = choice.branches[index];
  if (kind === 'choose') choice.chosen++;
  else if (kind !== 'branch') return;
  else if (place % 3 === 0) choice.branches.splice(index, 0, fresh);
  else if (place % 3 === 1) choice.branches.splice(index, 1);
  else if (branch !== undefined) branch.name = fresh.name;
}

function flowsIn(root: FlowPlan): FlowPlan[] {
  const inside = (one: NodePlan): FlowPlan[] =>
    one.kind === 'flow' ? flowsIn(one) : one.kind === 'choice' ? one.branches.flatMap(inside) : [];
  return [root, ...root.nodes.flatMap(inside)];
}

/** The nodes that can be in the flow: of two with one name the first, and choices only where they can be made. */
export function nodesOf({ nodes, pattern }: FlowPlan): readonly NodePlan[] {
  return nodes.filter(
    ({ name, kind }, index) => nodes.findIndex((one) => one.name === name) === index && (kind !== 'choice' || pattern === 'linear'),
  );
}

/** A `when` has the first only. */
export function branchesOf({ branches, how }: ChoicePlan): readonly (TaskPlan | FlowPlan)[] {
  const possible = branches.filter((one) => one.kind !== 'choice');
  const named = possible.filter(({ name }, index) => possible.findIndex((one) => one.name === name) === index);
  return how === 'when' ? named.slice(0, 1) : named;
}
