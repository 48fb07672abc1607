import fc from 'fast-check';
import { concurrent, times } from '../../src/index.js';
import { type AnyGraph, linear, unordered, waitsOf } from '../compilation/graph-tasks.js';
import { own, type Scenario, task } from './scenarios.js';

/** A flow as data, so that it can be drawn by lot, and made smaller. */
type Drawn =
  | {
      readonly kind: 'task';
      readonly heeds: boolean;
      readonly reverts: boolean;
      readonly fails: number;
      readonly isBroken: boolean;
      readonly onInterrupted: 'rerun' | 'revert' | 'suspend';
      readonly maxLosses: number;
    }
  | { readonly kind: 'flow'; readonly pattern: 'linear' | 'unordered'; readonly retry: Retry; readonly nodes: readonly Drawn[] }
  | { readonly kind: 'choice'; readonly chosen: number; readonly branches: readonly Drawn[] };
type Retry = 'none' | 'times' | 'times, paused' | 'local' | 'own' | 'own, then local' | 'own, then all';

export interface DrawnScenario {
  readonly root: Drawn;
  readonly executor: 'serial' | 'concurrent';
  readonly onFailure: 'revert' | 'abortSiblings' | 'stop';
  readonly mends: 'retryRevert' | 'skipRevert' | 'retryFailed';
  readonly recovers: boolean;
  readonly snapshotAfter: number;
}

const drawn: fc.Arbitrary<Drawn> = fc.letrec<{ node: Drawn }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('task' as const),
        heeds: fc.boolean(),
        reverts: fc.constantFrom(true, true, true, false),
        fails: fc.constantFrom(0, 0, 0, 1, 2, 99),
        isBroken: fc.constantFrom(false, false, false, true),
        onInterrupted: fc.constantFrom('rerun' as const, 'rerun' as const, 'rerun' as const, 'revert' as const, 'suspend' as const),
        maxLosses: fc.constantFrom(5, 5, 5, 1),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('flow' as const),
        pattern: fc.constantFrom('linear' as const, 'unordered' as const),
        retry: fc.constantFrom<Retry>('none', 'times', 'times, paused', 'local', 'own', 'own, then local', 'own, then all'),
        nodes: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('choice' as const),
        chosen: fc.nat({ max: 2 }),
        branches: fc.array(tie('node'), { minLength: 1, maxLength: 2 }),
      }),
    },
  ),
})).node;

export const drawnScenarios: fc.Arbitrary<DrawnScenario> = fc.record({
  root: fc.record({
    kind: fc.constant('flow' as const),
    pattern: fc.constantFrom('linear' as const, 'linear' as const, 'unordered' as const),
    retry: fc.constantFrom<Retry>('none', 'none', 'times', 'own'),
    nodes: fc.array(drawn, { minLength: 1, maxLength: 3 }),
  }),
  executor: fc.constantFrom('serial' as const, 'concurrent' as const),
  onFailure: fc.constantFrom('revert' as const, 'revert' as const, 'abortSiblings' as const, 'stop' as const),
  mends: fc.constantFrom('retryRevert' as const, 'skipRevert' as const, 'retryFailed' as const),
  recovers: fc.boolean(),
  snapshotAfter: fc.constantFrom(1_000, 1),
});

/** What a scenario tells of its tasks. */
interface Facts {
  readonly fails: Record<string, number>;
  readonly broken: string[];
  readonly lasting: Set<string>;
  readonly resting: Set<string>;
  count: number;
}

export function scenarioOf({ root, executor, onFailure, mends, recovers, snapshotAfter }: DrawnScenario): Scenario {
  const facts: Facts = { fails: {}, broken: [], lasting: new Set(), resting: new Set(), count: 0 };
  if (root.kind !== 'flow') throw new Error('a flow begins with a flow');
  const begin = root.pattern === 'linear' ? linear.dynamic('f') : unordered.dynamic('f');
  const flow = filled(retried(begin, root.retry), root.nodes, root.pattern, 'f', facts).build();
  const compiled = flow.compile() as unknown as Parameters<typeof waitsOf>[0];
  return {
    name: 'drawn by lot',
    flow,
    plan: {
      atoms: compiled.atoms.map(({ path }) => path),
      after: tasksBefore(waitsOf(compiled), new Set(compiled.atoms.flatMap(({ kind, path }) => (kind === 'retry' ? [path] : [])))),
      lasting: facts.lasting,
      resting: facts.resting,
    },
    recovers,
    snapshotAfter,
    fails: facts.fails,
    broken: facts.broken,
    mending: mends === 'retryFailed' ? { how: mends } : { how: mends, path: facts.broken[0] ?? '' },
    ...(executor === 'concurrent' ? { executor: concurrent({ limit: 3 }) } : {}),
    ...(onFailure === 'revert' ? {} : { onFailure }),
    ends: [],
  };
}

function filled(begun: AnyGraph, nodes: readonly Drawn[], pattern: 'linear' | 'unordered', path: string, facts: Facts): AnyGraph {
  let builder = begun;
  for (const node of nodes) {
    // A choice is made in a linear flow only.
    if (node.kind !== 'choice') builder = builder.add(...nodeOf(node, path, facts));
    else if (pattern === 'linear') builder = chosen(builder, node, path, facts);
    else for (const branch of node.branches) if (branch.kind !== 'choice') builder = builder.add(...nodeOf(branch, path, facts));
  }
  return builder.add(task(`n${facts.count++}`));
}

function nodeOf(node: Exclude<Drawn, { kind: 'choice' }>, path: string, facts: Facts): [node: unknown, options: { readonly name: string }] {
  const name = `n${facts.count++}`;
  const at = `${path}/${name}`;
  if (node.kind === 'flow') {
    const begin = node.pattern === 'linear' ? linear.open(name) : unordered.open(name);
    return [filled(retried(begin, node.retry), node.nodes, node.pattern, at, facts).build(), { name }];
  }
  if (node.fails > 0) facts.fails[at] = node.fails;
  if (!node.reverts) facts.lasting.add(at);
  else if (node.isBroken) facts.broken.push(at);
  const { heeds, reverts, onInterrupted, maxLosses } = node;
  if (onInterrupted === 'suspend') facts.resting.add(at);
  return [task(name, { heeds, reverts, onInterrupted, maxLosses }), { name }];
}

function chosen(builder: AnyGraph, { chosen: pick, branches }: Extract<Drawn, { kind: 'choice' }>, path: string, facts: Facts): AnyGraph {
  const name = `n${facts.count++}`;
  const nodes = branches.flatMap((branch) => (branch.kind === 'choice' ? [] : [nodeOf(branch, `${path}/${name}`, facts)]));
  if (nodes.length === 0) return builder;
  const names = nodes.map(([, { name: one }]) => one);
  return builder.switch(name, [], () => names[pick % names.length], Object.fromEntries(nodes.map(([node, { name: one }]) => [one, node])));
}

function retried(builder: AnyGraph, retry: Retry): AnyGraph {
  switch (retry) {
    case 'none':
      return builder;
    case 'times':
      return builder.retry(times(2));
    case 'times, paused':
      return builder.retry(times(2, { backoff: { delayMs: 3_000 } }));
    case 'local':
      return builder.retry(times(2, { otherwise: 'REVERT_LOCAL' }));
    case 'own':
      return builder.retry(own('REVERT'));
    case 'own, then local':
      return builder.retry(own('REVERT_LOCAL'));
    case 'own, then all':
      return builder.retry(own('REVERT_ALL'));
  }
}

/** The tasks that have to have ended before each task, those before the retries between them, too. */
function tasksBefore(waits: Readonly<Record<string, readonly string[]>>, retries: ReadonlySet<string>): Record<string, readonly string[]> {
  const before = (path: string): string[] => (waits[path] ?? []).flatMap((one) => (retries.has(one) ? before(one) : [one]));
  return Object.fromEntries(Object.keys(waits).flatMap((path) => (retries.has(path) ? [] : [[path, [...new Set(before(path))]]])));
}

/** Whether a death may be the end of a run that would have gone on. */
export function isFragile(node: Drawn): boolean {
  switch (node.kind) {
    case 'task':
      return node.onInterrupted !== 'rerun' || node.maxLosses < 5;
    case 'flow':
      return node.nodes.some(isFragile);
    case 'choice':
      return node.branches.some(isFragile);
  }
}
