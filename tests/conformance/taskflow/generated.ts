import fc from 'fast-check';
import type { Case, DeciderSpec, FailSpec, FlowSpec, ItemSpec, LinkSpec, RetrySpec, TaskSpec } from './case.js';

/** A case that nobody has recorded, and the atoms after which its run rests. */
export interface GeneratedCase {
  readonly recorded: Case;
  readonly restAfter: ReadonlySet<string>;
}

interface TaskSeed {
  readonly kind: 'task';
  readonly fail: 'never' | 'never ' | 'once' | 'twice' | 'always';
  readonly revertFails: boolean;
  readonly priority: number;
  readonly rests: boolean;
}
interface FlowSeed {
  readonly kind: 'flow';
  readonly pattern: FlowSpec['type'];
  readonly items: readonly Seed[];
  readonly retry: 'none' | RetrySpec['kind'];
  readonly links: readonly { readonly pair: number; readonly decider: 'none' | 'yes' | 'no' | 'ran'; readonly depth: string }[];
}
type Seed = TaskSeed | FlowSeed;

const RETRIES = ['none', 'none', 'AlwaysRevert', 'AlwaysRevertAll', 'Times', 'ForEach', 'Decisions'] as const;

const { flow } = fc.letrec<{ flow: FlowSeed; task: TaskSeed; item: Seed }>((tie) => ({
  task: fc.record({
    kind: fc.constant('task' as const),
    fail: fc.constantFrom('never' as const, 'never ' as const, 'never' as const, 'once' as const, 'twice' as const, 'always' as const),
    revertFails: fc.integer({ min: 0, max: 19 }).map((dice) => dice === 0),
    priority: fc.integer({ min: -1, max: 1 }),
    rests: fc.integer({ min: 0, max: 5 }).map((dice) => dice === 0),
  }),
  flow: fc.record({
    kind: fc.constant('flow' as const),
    pattern: fc.constantFrom('linear' as const, 'unordered' as const, 'graph' as const),
    items: fc.array(tie('item'), { maxLength: 3 }),
    retry: fc.constantFrom(...RETRIES),
    links: fc.array(
      fc.record({
        pair: fc.nat({ max: 5 }),
        decider: fc.constantFrom('none' as const, 'yes' as const, 'no' as const, 'ran' as const),
        depth: fc.constantFrom('all', 'flow', 'neighbors', 'atom'),
      }),
      { maxLength: 2 },
    ),
  }),
  item: fc.oneof({ maxDepth: 3, withCrossShrink: true }, tie('task'), tie('flow')),
}));

/** Random trees of flows with failures, retries, deciders and rests. */
export const generatedCase: fc.Arbitrary<GeneratedCase> = flow.map((seed) => {
  const restAfter = new Set<string>();
  let count = 0;
  const task = ({ fail, revertFails, priority, rests }: TaskSeed): TaskSpec => {
    const name = `t${count++}`;
    if (rests) restAfter.add(name);
    const on: FailSpec['on'] | undefined = fail === 'always' ? 'always' : fail === 'once' ? [1] : fail === 'twice' ? [1, 2] : undefined;
    return {
      type: 'task',
      name,
      priority,
      provides: `v-${name}`,
      do: { result: { attempt: true }, ...(on === undefined ? {} : { fail: { on, message: `${name} failed` } }) },
      revert: revertFails ? { fail: { on: 'always', message: `undo of ${name} failed` } } : {},
    };
  };
  const build = ({ pattern, items, retry, links }: FlowSeed): FlowSpec => {
    const name = `f${count++}`;
    const built = items.map((item): ItemSpec => (item.kind === 'task' ? task(item) : build(item)));
    return {
      type: pattern,
      name,
      items: built,
      ...(retry === 'none' ? {} : { retry: retryOf(retry, `${name}_retry`) }),
      ...(pattern === 'graph' ? { links: linksOf(built, links) } : {}),
    };
  };
  return { recorded: { name: 'generated', flow: build(seed) }, restAfter };
});

function retryOf(kind: RetrySpec['kind'], name: string): RetrySpec {
  switch (kind) {
    case 'Times':
      return { kind, name, attempts: 2 };
    case 'ForEach':
      return { kind, name, values: ['x', 'y'] };
    case 'Decisions':
      return { kind, name, decisions: ['RETRY', 'REVERT'] };
    default:
      return { kind, name };
  }
}

/** Forward only, so that there is no cycle; each pair once. */
function linksOf(items: readonly ItemSpec[], seeds: FlowSeed['links']): readonly LinkSpec[] {
  const pairs = items.flatMap((from, index) => items.slice(index + 1).map((to) => [from, to] as const));
  const links = new Map<string, LinkSpec>();
  for (const { pair, decider, depth } of seeds) {
    const [from, to] = pairs[pair] ?? [];
    if (from === undefined || to === undefined) continue;
    const said = deciderOf(decider, from.name);
    links.set(`${from.name} ${to.name}`, { from: from.name, to: to.name, ...(said === undefined ? {} : { decider: said, depth }) });
  }
  return [...links.values()];
}

function deciderOf(decider: FlowSeed['links'][number]['decider'], from: string): DeciderSpec | undefined {
  switch (decider) {
    case 'none':
      return undefined;
    case 'ran':
      return { has: from };
    default:
      return { const: decider === 'yes' };
  }
}
