import { type AnyFlow, defineRetry, defineTask, forEach, isFlowproofError, times, use } from '../../src/index.js';
import { type AnyGraph, graph, linear, unordered } from '../compilation/graph-tasks.js';
import type { Life } from './life.js';
import { branchesOf, type ChoicePlan, type FlowPlan, INPUTS, nodesOf, type Plan, type TaskPlan } from './plans.js';

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
  const nodes = nodesOf(plan);
  const { retry, gives: drawn } = retryOf(plan.retry, path, scope, life);
  let builder = retry === undefined ? begun : begun.retry(retry);
  const inner = new Set([...scope.certain, ...drawn]);
  const gives: string[] = [];
  const made: { readonly name: string; readonly node: unknown; readonly gives: readonly string[]; readonly optional: boolean }[] = [];
  const links = plan.pattern === 'graph' ? plan.links.filter(({ from, to }) => from < to && to < nodes.length) : [];
  const skipped = Math.min(nodes.length, ...links.flatMap(({ says, to }) => (says === 'nothing' ? [] : [to])));
  for (const [index, plan_] of nodes.entries()) {
    const at = `${path}/${plan_.name}`;
    if (plan_.kind === 'choice') {
      builder = chosen(builder, plan_, at, { certain: inner, given: scope.given }, life);
      continue;
    }
    const one = nodeOf(plan_, at, { certain: plan.pattern === 'unordered' ? scope.certain : inner, given: scope.given }, life);
    const { optional } = plan_;
    made.push({ name: plan_.name, ...one, optional });
    if (plan.pattern === 'linear') builder = builder.add(one.node, { name: plan_.name, optional });
    if (index < skipped && !optional) {
      gives.push(...one.gives);
      for (const name of one.gives) inner.add(name);
    }
  }
  if (plan.pattern === 'unordered') for (const { node: one, name, optional } of made) builder = builder.add(one, { name, optional });
  if (plan.pattern === 'graph') {
    builder = builder.add(Object.fromEntries(made.map(({ name, node: one, optional }) => [name, use(one as never, { optional })])));
    for (const { from, to, says, depth } of links) {
      const [source, target] = [made[from], made[to]];
      if (source === undefined || target === undefined) continue;
      const decider = (history: Readonly<Record<string, Readonly<Record<string, unknown>>>>): boolean => {
        life.asked(`${path}/${target.name}`);
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
    execute: async (_: unknown, { idempotencyKey }: { readonly idempotencyKey: string }) => {
      if (life.executes(path, idempotencyKey) <= plan.fails) throw new Error('not yet');
      return life.done(path, idempotencyKey, gives, plan.reverts);
    },
    ...(plan.reverts
      ? {
          revert: async () => {
            if (life.reverts(path) <= plan.stubborn) throw new Error('not yet');
            life.undone(path);
          },
        }
      : {}),
  };
  return { node: defineTask(options as never), gives };
}

function chosen(builder: AnyGraph, plan: ChoicePlan, path: string, scope: Scope, life: Life): AnyGraph {
  const { name, how, reads, chosen: pick } = plan;
  const known = reads.filter((one) => scope.certain.has(one));
  const nodes = branchesOf(plan).map((one) => [one.name, nodeOf(one, `${path}/${one.name}`, scope, life).node] as const);
  const [first] = nodes;
  if (first === undefined) return builder;
  const look = (values: Readonly<Record<string, unknown>>): void => {
    life.asked(path);
    if (known.some((one) => values[one] === undefined)) life.blind.push(`${path}: ${known.join()}`);
  };
  if (how === 'when') {
    const says = (values: Readonly<Record<string, unknown>>): boolean => {
      look(values);
      return pick % 2 === 0;
    };
    return builder.when(name, known, says, first[1]);
  }
  const choose = (values: Readonly<Record<string, unknown>>): string => {
    look(values);
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
    case 'local':
      return { retry: times(2, { otherwise: 'REVERT_LOCAL' }), gives: [] };
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
