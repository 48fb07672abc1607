import { type AnyFlow, defineRetry, graph, linear, unordered, use } from 'flowproof';
import {
  type DeciderSpec,
  type FlowSpec,
  type ItemSpec,
  isFlow,
  type LinkSpec,
  nodeNames,
  type RefSpec,
  retryName,
  type TaskSpec,
} from './case.js';
import { ScriptedError } from './encoding.js';
import { type Json, textOf } from './json.js';
import { outputsOf, wholeOf } from './provides.js';
import { type RetryCode, retryOf } from './retries.js';
import { taskOf } from './tasks.js';
import type { World } from './world.js';

/** A flow of a case, built by the dynamic builders, and where its atoms are. */
export interface BuiltFlow {
  readonly flow: AnyFlow;
  /** Path → TaskFlow's name of the atom. */
  readonly names: ReadonlyMap<string, string>;
}

/** The methods of all dynamic builders: what the types say of flows that a program writes is nothing to one that reads them. */
interface Builder {
  input(names?: readonly string[]): Builder;
  retry(policy: unknown): Builder;
  add(node: unknown, options?: object): Builder;
  link(from: string, to: string, options?: object): Builder;
  target(node: string): Builder;
  build(): AnyFlow;
}

/** @throws TypeError where TaskFlow's constructors throw it */
export function buildFlow(world: World, spec: FlowSpec, inputs: readonly string[]): BuiltFlow {
  const names = new Map<string, string>();
  const atomAt = (path: string): string => names.get(path) ?? path;
  const built = new Map<string, ItemSpec>();

  const build = (flow: FlowSpec, path: string): AnyFlow => {
    let builder = begin(flow).input(path === '' ? inputs : undefined);
    const here = path === '' ? flow.name : path;
    if (flow.retry !== undefined) {
      names.set(`${here}/(retry)`, retryName(flow));
      builder = builder.retry(define(retryOf(world, flow, flow.retry, atomAt)));
    }
    const named = new Map<string, string>();
    const nodes = nodeNames(flow);
    for (const [index, listed] of (flow.items ?? []).entries()) {
      const name = nodes[index];
      if (name === undefined) continue;
      const item = listed.type === 'ref' ? (built.get(listed.name) as TaskSpec | FlowSpec) : listed;
      built.set(item.name, item);
      named.set(item.name, name);
      builder = place(builder, flow, item, name, `${here}/${name}`);
    }
    for (const link of linksOf(flow)) builder = linked(builder, flow, link, named);
    if (flow.target !== undefined) builder = builder.target(named.get(flow.target) ?? flow.target);
    return builder.build();
  };

  const place = (builder: Builder, flow: FlowSpec, item: Exclude<ItemSpec, RefSpec>, name: string, path: string): Builder => {
    if (isFlow(item)) return added(builder, flow, build(item, path), name, {});
    if (typeof item.provides === 'number') throw new TypeError('provides takes names');
    names.set(path, item.name);
    const { task, placement } = taskOf(world, item, atomAt);
    return added(builder, flow, task, name, placement);
  };

  return { flow: build(spec, ''), names };
}

const define = defineRetry as unknown as (code: RetryCode) => unknown;

function begin({ type, name }: FlowSpec): Builder {
  const factories = { linear, unordered, graph };
  return factories[type].dynamic(name) as unknown as Builder;
}

/** One node at a time, also of a graph: then two may have one name, for `compile()` to report. */
function added(builder: Builder, flow: FlowSpec, node: unknown, name: string, placement: object): Builder {
  if (flow.type !== 'graph') return builder.add(node, { name, ...placement });
  return builder.add({ [name]: Object.keys(placement).length === 0 ? node : use(node as never, placement as never) });
}

/** Linking a pair once more replaces its decider, if there is a new one. */
function linksOf({ links = [] }: FlowSpec): readonly LinkSpec[] {
  const pairs = new Map<string, LinkSpec>();
  for (const link of links) {
    const pair = JSON.stringify([link.from, link.to]);
    if (link.decider !== undefined || link.depth !== undefined || !pairs.has(pair)) pairs.set(pair, link);
  }
  return [...pairs.values()];
}

function linked(builder: Builder, flow: FlowSpec, { from, to, decider, depth }: LinkSpec, named: ReadonlyMap<string, string>): Builder {
  const items = new Map((flow.items ?? []).map((item) => [named.get(item.name) ?? item.name, item]));
  const options = {
    ...(decider === undefined ? {} : { decider: (history: History) => decide(decider, resultsIn(history, items)) }),
    ...(depth === undefined ? {} : { depth: depth.toLowerCase() }),
  };
  return builder.link(named.get(from) ?? from, named.get(to) ?? to, options);
}

type History = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** What TaskFlow's deciders see: the results of tasks, no subflows. */
function resultsIn(history: History, items: ReadonlyMap<string, ItemSpec>): ReadonlyMap<string, Json> {
  const tasks = Object.entries(history).filter(([node]) => items.get(node)?.type === 'task');
  return new Map(tasks.map(([node, outputs]) => [node, outputs[wholeOf(node)] ?? null]));
}

function decide(spec: DeciderSpec, results: ReadonlyMap<string, Json>): boolean {
  if ('const' in spec) return spec.const;
  if ('has' in spec) return results.has(spec.has);
  if ('fail' in spec) throw new ScriptedError(spec.fail);
  const { atom, value } = 'equals' in spec ? spec.equals : spec.not_equals;
  const found = results.get(atom);
  const same = found !== undefined && textOf(found) === textOf(value);
  return 'equals' in spec ? same : !same;
}

/** Where in an atom's result a value is; `undefined`: it is the whole of it. */
export type Place = string | number | undefined;

/** Which atoms provide which values: for reading back what a run left. */
export function providersIn(spec: FlowSpec): ReadonlyMap<string, readonly { readonly atom: string; readonly place: Place }[]> {
  const providers = new Map<string, { atom: string; place: Place }[]>();
  const note = (atom: string, provides: TaskSpec['provides']): void => {
    for (const [name, place] of outputsOf(provides)) providers.set(name, [...(providers.get(name) ?? []), { atom, place }]);
  };
  const visit = (flow: FlowSpec): void => {
    if (flow.retry !== undefined) note(retryName(flow), flow.retry.provides);
    for (const item of flow.items ?? []) {
      if (isFlow(item)) visit(item);
      else if (item.type === 'task') note(item.name, item.provides);
    }
  };
  visit(spec);
  return providers;
}
