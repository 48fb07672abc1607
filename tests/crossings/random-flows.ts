import { type AnyFlow, concurrent, sleep, times, use, waitFor } from '../../src/index.js';
import { type AnyGraph, graph, linear, unordered } from '../compilation/graph-tasks.js';
import type { Drawn, DrawnChoice, DrawnFlow, DrawnLink, DrawnScenario, DrawnTask, DrawnWait, Retry } from './drawn.js';
import { planOf } from './plan.js';
import { type OnAsked, own, type Scenario, task } from './scenarios.js';

/** What a scenario tells of its tasks. */
interface Facts {
  readonly fails: Record<string, number>;
  readonly broken: string[];
  readonly lasting: Set<string>;
  readonly resting: Set<string>;
  readonly asked: OnAsked;
  count: number;
}

const PATTERNS = { linear, unordered, graph };

export function scenarioOf({ root, executor, onFailure, mends, recovers, snapshotAfter }: DrawnScenario): Scenario {
  const built = (asked: OnAsked): { readonly flow: AnyFlow; readonly facts: Facts } => {
    const facts: Facts = { fails: {}, broken: [], lasting: new Set(), resting: new Set(), asked, count: 0 };
    return { flow: filled(PATTERNS[root.pattern].dynamic('f'), root, 'f', [], facts), facts };
  };
  const { flow, facts } = built(async () => undefined);
  return {
    name: 'drawn by lot',
    flow: (asked) => built(asked).flow,
    plan: { ...planOf(flow), lasting: facts.lasting, resting: facts.resting },
    recovers,
    snapshotAfter,
    fails: facts.fails,
    broken: facts.broken,
    mending: mends === 'retryFailed' ? { how: mends } : { how: mends, path: facts.broken[0] ?? '' },
    ...(executor === 'concurrent' ? { executor: concurrent({ perRun: 3 }) } : {}),
    ...(onFailure === 'revert' ? {} : { onFailure }),
    ends: [],
  };
}

/** Made of a drawn node. */
interface Made {
  readonly name: string;
  readonly node: unknown;
  readonly options: { readonly name: string; readonly optional: boolean };
  /** The value that is there when it has run. */
  readonly gives?: string;
}

/** @param certain values that are there when it begins */
function filled(begun: AnyGraph, drawn: DrawnFlow, path: string, certain: readonly string[], facts: Facts): AnyFlow {
  const builder = retried(begun, drawn.retry);
  const { nodes, pattern } = drawn;
  if (pattern === 'linear') return inOrder(builder, nodes, path, certain, facts).build();
  // A choice is made in a linear flow only.
  const plain = nodes.flatMap((one) => (one.kind === 'choice' ? one.branches : [one])).filter((one) => one.kind !== 'choice');
  const all = [...plain.map((one) => madeOf(one, path, certain, facts)), made(nameIn(facts), { reverts: true })];
  if (pattern === 'graph') return linked(builder, drawn.links, all, path, facts).build();
  return all.reduce((so, { node, options }) => so.add(node, options), builder).build();
}

function inOrder(begun: AnyGraph, nodes: readonly Drawn[], path: string, certain: readonly string[], facts: Facts): AnyGraph {
  let builder = begun;
  const known = [...certain];
  const add = ({ node, options, gives }: Made): void => {
    builder = builder.add(node, options);
    if (gives !== undefined) known.push(gives);
  };
  for (const one of nodes) {
    if (one.kind !== 'choice') {
      add(madeOf(one, path, known, facts));
      continue;
    }
    // What it reads is done again with it, by a retry around both.
    if (one.reads > 0 && known.length === certain.length) add(made(nameIn(facts), { reverts: true }));
    builder = chosen(builder, one, path, known, facts);
  }
  add(made(nameIn(facts), { reverts: true }));
  return builder;
}

function linked(begun: AnyGraph, links: readonly DrawnLink[], nodes: readonly Made[], path: string, facts: Facts): AnyGraph {
  let builder = begun.add(Object.fromEntries(nodes.map((one) => [one.name, used(one)])));
  const done = new Set<string>();
  for (const { from, to, says, depth } of links) {
    const [source, target] = [nodes[from], nodes[to]];
    if (source === undefined || target === undefined || from >= to || done.has(`${from} ${to}`)) continue;
    done.add(`${from} ${to}`);
    const decider = async (history: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Promise<boolean> => {
      const { gives } = source;
      const told = Object.assign({}, ...Object.values(history), gives === undefined ? {} : { [gives]: history[source.name]?.[gives] });
      await facts.asked(`${path}/${target.name} <- ${source.name}`, told);
      const round = Number(told[gives ?? ''] ?? 0);
      if (says === 'throws first' && round === 0) throw new Error('not yet');
      return says === 'turns' ? round % 2 === 1 : says !== 'no';
    };
    builder = says === 'nothing' ? builder.link(source.name, target.name) : builder.link(source.name, target.name, { decider, depth });
  }
  return builder;
}

function madeOf(drawn: DrawnTask | DrawnWait | DrawnFlow, path: string, certain: readonly string[], facts: Facts): Made {
  const name = nameIn(facts);
  const at = `${path}/${name}`;
  const options = { name, optional: drawn.isOptional };
  if (drawn.kind === 'flow') return { name, node: filled(PATTERNS[drawn.pattern].open(name), drawn, at, certain, facts), options };
  if (drawn.kind === 'wait') return { name, node: waiting(drawn, name), options };
  if (drawn.fails > 0) facts.fails[at] = drawn.fails;
  if (!drawn.reverts) facts.lasting.add(at);
  else if (drawn.isBroken) facts.broken.push(at);
  if (drawn.onInterrupted === 'suspend') facts.resting.add(at);
  return made(name, drawn);
}

function waiting({ how, ms }: DrawnWait, name: string): unknown {
  if (how === 'sleep') return sleep(ms);
  return waitFor(`to ${name}`, { timeoutMs: ms + 1, ...(how === 'fallback' ? { fallback: undefined } : {}) });
}

function made(name: string, options: Pick<DrawnTask, 'reverts'> & Partial<DrawnTask>): Made {
  const { heeds = false, reverts, onInterrupted = 'rerun', maxLosses = 5, attempts = 1, pauseMs = 0, isOptional = false } = options;
  const retry = attempts === 1 ? {} : { retry: times(attempts, { backoff: { delayMs: pauseMs, jitter: 0 } }) };
  const gives = `of ${name}`;
  const node = task(name, { heeds, reverts, onInterrupted, maxLosses, ...retry, provides: [gives] });
  return { name, node, options: { name, optional: isOptional }, ...(isOptional ? {} : { gives }) };
}

function used({ node, options: { optional } }: Made): unknown {
  return optional ? use(node as never, { optional } as never) : node;
}

function nameIn(facts: Facts): string {
  return `n${facts.count++}`;
}

function chosen(builder: AnyGraph, drawn: DrawnChoice, path: string, certain: readonly string[], facts: Facts): AnyGraph {
  const name = nameIn(facts);
  const at = `${path}/${name}`;
  const nodes = drawn.branches.flatMap((branch) => (branch.kind === 'choice' ? [] : [madeOf(branch, at, certain, facts)]));
  const [first] = nodes;
  if (first === undefined) return builder;
  const value = drawn.reads === 0 ? undefined : certain.at(-drawn.reads);
  const turn = async (told: Readonly<Record<string, unknown>>): Promise<number> => {
    await facts.asked(at, value === undefined ? {} : { [value]: told[value] });
    const round = value === undefined ? 0 : Number(told[value]);
    if (drawn.throws && value !== undefined && round === 0) throw new Error('not yet');
    return drawn.chosen + round;
  };
  const reads = value === undefined ? [] : [value];
  if (drawn.how === 'when') {
    return builder.when(name, reads, async (told: Readonly<Record<string, unknown>>) => (await turn(told)) % 2 === 0, used(first));
  }
  const choose = async (told: Readonly<Record<string, unknown>>) => nodes[(await turn(told)) % nodes.length]?.name;
  return builder.switch(name, reads, choose, Object.fromEntries(nodes.map((one) => [one.name, used(one)])));
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
