import type {
  FlowDefinition,
  LinkDefinition,
  NodeDefinition,
  Placement,
  Port,
  RetryDefinition,
  StockRetry,
  TaskDefinition,
  TimesDefinition,
  Tuning,
  WaitDefinition,
} from '../../authoring/index.js';
import { tunedBy } from '../../authoring/index.js';
import { inWords } from '../../model/in-words.js';
import type { StandardSchema } from '../../model/schema.js';
import {
  type FlowNodeShape,
  type FlowShape,
  KEY_FUNCTION,
  type LinkShape,
  type NodeShape,
  type PolicyShape,
  type Refusal,
  type RetryNodeShape,
  type StockShape,
  type TimesShape,
  type TuningShape,
  type WaitShape,
} from './flow-shape.js';
import { refusalsIn } from './refusals.js';

/** What a node of the shape was made from; same index. */
export type ShapeOrigin = TaskDefinition | FlowDefinition | RetryDefinition | undefined;

/** A shape with the definitions behind its nodes, so that a compiled flow can find their code again. */
export interface DescribedFlow {
  readonly shape: FlowShape;
  readonly origins: readonly ShapeOrigin[];
  readonly placements: readonly Placement[];
}

/** No user's node can have this name, so a flow's retry never clashes with its nodes. */
export const RETRY_NAME = '(retry)';

const AS_IT_IS: Placement = { name: undefined, rebind: {}, inject: {}, provides: {}, override: false };

/** Flattens a flow in preorder; with a stack of its own, so that nesting is limited by memory only. */
export function describe(root: FlowDefinition): DescribedFlow {
  const nodes: NodeShape[] = [];
  const origins: ShapeOrigin[] = [];
  const placements: Placement[] = [];
  const add = (shape: NodeShape, origin: ShapeOrigin, placement: Placement): number => {
    origins.push(origin);
    placements.push(placement);
    return nodes.push(shape) - 1;
  };
  const waiting: { readonly item: NodeDefinition; readonly parent: number }[] = [
    { item: { node: root, placement: AS_IT_IS, unknownOptions: [] }, parent: -1 },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { item, parent } = next;
    const index = add(describeNode(item, parent), item.node.kind === 'unknown' ? undefined : item.node, item.placement);
    if (item.node.kind !== 'flow') continue;
    if (item.node.retry) add(describeRetry(item.node.retry, index), item.node.retry, AS_IT_IS);
    for (let child = item.node.nodes.length - 1; child >= 0; child--) {
      waiting.push({ item: item.node.nodes[child] as NodeDefinition, parent: index });
    }
  }
  return { shape: { nodes }, origins, placements };
}

function describeNode({ node, placement, unknownOptions }: NodeDefinition, parent: number): NodeShape {
  const placed = {
    name: nameText(placement.name ?? node.name),
    parent,
    rebind: placement.rebind,
    inject: Object.keys(placement.inject),
    ...refusedIn(node, placement.inject),
    rename: placement.provides,
    override: placement.override,
    ...(placement.optional === true ? { optional: true as const } : {}),
    ...tuningShape(tunedBy(node.kind === 'task' ? node.tuning : undefined, placement.tuning)),
    unknownOptions,
  };
  switch (node.kind) {
    case 'unknown':
      return { ...placed, kind: 'unknown', ...(node.hint === undefined ? {} : { hint: node.hint }) };
    case 'task':
      return {
        ...placed,
        kind: 'task',
        task: node.name,
        named: node.named,
        requires: node.requires.map(({ name, optional }) => ({ name, optional })),
        provides: namesOf(node.provides),
        ...mayLack(node.provides),
        keeps: namesOf(node.keeps),
        revertRequires: node.revertRequires.map(({ name, optional }) => ({ name, optional })),
        ...secretOf(node),
        hasRevert: node.hasRevert !== false,
        priority: node.priority,
        maxLosses: node.maxLosses,
        version: node.version,
        ...(node.revertRetry === undefined ? {} : { revertRetry: timesShape(node.revertRetry) }),
        ...(node.wait === undefined ? {} : { wait: waitOf(node.wait) }),
      };
    case 'flow':
      return {
        ...placed,
        kind: 'flow',
        flow: nameText(node.name),
        version: node.version,
        ...(node.continues === undefined ? {} : { continues: node.continues }),
        ...(node.deadlineMs === undefined ? {} : { deadlineMs: node.deadlineMs }),
        ...(node.concurrency === undefined ? {} : { concurrency: node.concurrency }),
        ...(node.rate === undefined ? {} : { rate: node.rate }),
        pattern: node.pattern,
        mode: node.mode,
        input: node.input.kind === 'schema' ? { kind: 'schema', ...schemaNames(node.input.schema) } : node.input,
        ...secretOf(node),
        ...(node.returns === undefined ? {} : { returns: node.returns }),
        links: (node.links ?? []).map(describeLink),
        ...(node.target === undefined ? {} : { target: node.target }),
        ...choiceOf(node),
        unknownOptions: [...unknownOptions, ...node.unknownOptions],
      };
  }
}

/** What is no text becomes one that no node may have. */
function nameText(name: unknown): string {
  return typeof name === 'string' ? name : `(${typeof name})`;
}

function secretOf({ secret }: { readonly secret?: readonly string[] }): { readonly secret?: readonly string[] } {
  return secret === undefined ? {} : { secret };
}

const names = new WeakMap<readonly Port[], readonly string[]>();

/** Shared by all nodes that place the same task: a flow's manifest keeps them. */
function namesOf(ports: readonly Port[]): readonly string[] {
  const known = names.get(ports) ?? ports.map(({ name }) => name);
  names.set(ports, known);
  return known;
}

function mayLack(ports: readonly Port[]): { readonly mayLack?: readonly string[] } {
  const optional = ports.filter(({ optional }) => optional).map(({ name }) => name);
  return optional.length === 0 ? {} : { mayLack: optional };
}

/** Constants of the placement, and what a wait gives when its time is over. */
function refusedIn(node: NodeDefinition['node'], constants: Placement['inject']): { readonly refused?: readonly Refusal[] } {
  const wait = node.kind === 'task' ? node.wait : undefined;
  const fallback = wait?.kind === 'signal' && wait.fallback !== undefined ? refusalsIn(wait.fallback.value, 'fallback') : [];
  const refused = [...fallback, ...Object.entries(constants).flatMap(([name, value]) => refusalsIn(value, name))];
  return refused.length === 0 ? {} : { refused };
}

function describeLink({ from, to, decider, depth, unknownOptions }: LinkDefinition): LinkShape {
  const kind = decider === undefined ? 'none' : typeof decider === 'function' ? 'function' : 'wrong';
  return { from, to, decider: kind, ...(depth === undefined ? {} : { depth }), unknownOptions };
}

function tuningShape(tuning: Tuning): { readonly tuning?: TuningShape } {
  const { retry, retryIf, timeoutMs, heartbeatMs, deadlineMs, runsOn, concurrency, rate } = tuning;
  if (Object.keys(tuning).length === 0) return {};
  return {
    tuning: {
      ...(retry === undefined ? {} : { retry: timesShape(retry) }),
      ...(retryIf === undefined ? {} : { retryIf: typeof retryIf === 'function' }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      // What is no text names no executor that an app could have: it is said as it was written.
      ...(runsOn === undefined ? {} : { runsOn: typeof runsOn === 'string' ? runsOn : inWords(runsOn) }),
      ...(concurrency === undefined ? {} : { concurrency: limitShape(concurrency) }),
      ...(rate === undefined ? {} : { rate: limitShape(rate) }),
    },
  };
}

function limitShape(limit: unknown): unknown {
  const isCode = typeof limit === 'object' && limit !== null && 'key' in limit && typeof limit.key === 'function';
  return isCode ? { ...limit, key: KEY_FUNCTION } : limit;
}

function timesShape({ attempts, backoff, unknownOptions = [] }: TimesDefinition): TimesShape {
  return { attempts, ...(backoff === undefined ? {} : { backoff }), unknownOptions };
}

function waitOf(wait: WaitDefinition): WaitShape {
  switch (wait.kind) {
    case 'sleep':
      return { kind: 'time', ms: wait.ms };
    case 'sleepFor':
    case 'sleepUntil':
      return { kind: 'time' };
    case 'signal': {
      const { signal, timeoutMs, fallback } = wait;
      const timed = timeoutMs === undefined ? {} : { timeoutMs };
      return { kind: 'signal', signal, ...timed, ...(fallback === undefined ? {} : { fallback: true as const }) };
    }
  }
}

function choiceOf({ choice }: FlowDefinition): Pick<FlowNodeShape, 'choice'> {
  return choice === undefined ? {} : { choice: { kind: choice.kind, reads: choice.reads, callable: typeof choice.pick === 'function' } };
}

function describeRetry(retry: RetryDefinition, parent: number): NodeShape {
  const placed = { name: RETRY_NAME, parent, rebind: {}, inject: [], rename: {}, override: false };
  const unknownOptions = 'unknownOptions' in retry ? (retry.unknownOptions ?? []) : [];
  return { ...placed, kind: 'retry', policy: policyOf(retry), ...portsOf(retry), unknownOptions };
}

function policyOf(retry: RetryDefinition): PolicyShape {
  switch (retry.kind) {
    case 'times':
      return { kind: retry.kind, attempts: retry.attempts, ...stockOf(retry) };
    case 'forEach':
      return { kind: retry.kind, count: retry.values.length, ...stockOf(retry) };
    case 'forEachOf':
      return { kind: retry.kind, ...stockOf(retry) };
    case 'custom':
      return { kind: retry.kind, name: retry.name, declared: retry.declared, lacksOnFailure: retry.lacksOnFailure === true };
    case 'alwaysRevert':
    case 'alwaysRevertAll':
      return { kind: retry.kind };
  }
}

function stockOf({ backoff, otherwise }: StockRetry): StockShape {
  return { ...(backoff === undefined ? {} : { backoff }), ...(otherwise === undefined ? {} : { otherwise }) };
}

function portsOf(retry: RetryDefinition): Pick<RetryNodeShape, 'requires' | 'provides' | 'mayLack' | 'secret'> {
  switch (retry.kind) {
    case 'forEach':
      return { requires: [], provides: [retry.provides] };
    case 'forEachOf':
      return { requires: [{ name: retry.requires, optional: false }], provides: [retry.provides] };
    case 'custom':
      return {
        requires: retry.requires.map(({ name, optional }) => ({ name, optional })),
        provides: namesOf(retry.provides),
        ...mayLack(retry.provides),
        ...secretOf(retry),
      };
    case 'times':
    case 'alwaysRevert':
    case 'alwaysRevertAll':
      return { requires: [], provides: [] };
  }
}

/** Names of the inputs, from schemas that can describe themselves (Standard JSON Schema); others are known only to a run. */
function schemaNames(schema: StandardSchema): { names?: readonly string[] } {
  const standard = schema['~standard'] as { jsonSchema?: { input?: (options: { target: string }) => unknown } };
  try {
    const described = standard.jsonSchema?.input?.({ target: 'draft-2020-12' }) as { properties?: object } | undefined;
    return described?.properties === undefined ? {} : { names: Object.keys(described.properties) };
  } catch {
    return {};
  }
}
