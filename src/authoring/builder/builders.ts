import { isSchema } from '../../model/schema.js';
import type { AnyDecider, ChoiceDefinition, FlowDefinition, LinkDefinition, NodeDefinition } from '../definition/definition.js';
import type { FlowOptions } from '../definition/flow-options.js';
import { type FlowTools, flowValue } from '../definition/flow-value.js';
import { secretNames } from '../definition/ports.js';
import { asRecord, nodeDefinition, unknownKeys } from '../placement/placement.js';
import { retryWith } from '../retry/retry-definition.js';
import type { Factories } from './factories.js';

const KNOWN_TO_FLOWS = new Set(['version', 'continues', 'deadlineMs', 'concurrency', 'rate']);
const KNOWN_TO_LINKS = new Set(['decider', 'depth']);

/**
 * Makes the builders of flows whose `compile()`, and whose pictures, are the given ones: authoring only describes.
 *
 * @param compile what `flow.compile()` does
 * @param pictures what `flow.toMermaid()` and `flow.toDot()` do
 */
export function builders(compile: FlowTools['compile'], pictures?: Pick<FlowTools, 'toMermaid' | 'toDot'>): Factories {
  const tools: FlowTools = { compile, toMermaid: pictures?.toMermaid ?? noPicture, toDot: pictures?.toDot ?? noPicture };
  const factory = (pattern: FlowDefinition['pattern']): unknown => {
    const begin = (mode: FlowDefinition['mode']) => (name: string, options?: FlowOptions) =>
      builder(tools, emptyFlow(pattern, name, mode, options));
    return Object.freeze(Object.assign(begin('closed'), { open: begin('open'), dynamic: begin('dynamic') }));
  };
  return Object.freeze({ linear: factory('linear'), unordered: factory('unordered'), graph: factory('graph') }) as Factories;
}

function noPicture(): never {
  throw new Error('this copy of the builders was made without pictures');
}

function emptyFlow(pattern: FlowDefinition['pattern'], name: unknown, mode: FlowDefinition['mode'], options?: FlowOptions): FlowDefinition {
  return {
    kind: 'flow',
    pattern,
    name: typeof name === 'string' ? name : '',
    version: options?.version ?? 1,
    ...(options?.continues === undefined ? {} : { continues: Object.freeze([options.continues].flat()) }),
    ...(options?.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
    ...(options?.concurrency === undefined ? {} : { concurrency: copied(options.concurrency) }),
    ...(options?.rate === undefined ? {} : { rate: copied(options.rate) }),
    mode,
    input: { kind: 'none' },
    nodes: [],
    unknownOptions: unknownKeys(options, KNOWN_TO_FLOWS),
  };
}

/** As it is now, whatever its caller does to it later; what is no plain object is for `compile()` to refuse. */
function copied(option: unknown): unknown {
  if (typeof option !== 'object' || option === null || Array.isArray(option)) return option;
  const { weights, ...rest } = option as { readonly weights?: unknown };
  const isMap = typeof weights === 'object' && weights !== null;
  return Object.freeze({ ...rest, ...(weights === undefined ? {} : { weights: isMap ? Object.freeze({ ...weights }) : weights }) });
}

/** What was added so far, last first: builders share what they have in common, so a flow of n nodes costs n. */
interface Added<Item> {
  readonly item: Item;
  readonly before: Added<Item> | undefined;
}

interface Content {
  readonly nodes?: Added<NodeDefinition> | undefined;
  readonly links?: Added<LinkDefinition> | undefined;
}

/** One object has the methods of all patterns and stages; the types show only those that are allowed. */
function builder(tools: FlowTools, definition: FlowDefinition, { nodes, links }: Content = {}): object {
  const next = (change: Partial<FlowDefinition>) => builder(tools, { ...definition, ...change }, { nodes, links });
  const more = (items: readonly NodeDefinition[]) => {
    let all = nodes;
    for (const item of items) all = { item, before: all };
    return builder(tools, definition, { nodes: all, links });
  };
  return Object.freeze({
    input: (shape?: unknown) => next({ input: inputOf(shape) }),
    secret: (...names: readonly unknown[]) => next(secretNames(names)),
    retry: (policy?: unknown, options?: unknown) => next({ retry: retryWith(policy, options) }),
    add: (node: unknown, options?: unknown) => more(definition.pattern === 'graph' ? batch(node) : [nodeDefinition(node, options)]),
    when: (name: unknown, reads: unknown, pick: unknown, node: unknown) =>
      more([choiceNode(name, { kind: 'when', ...question(reads, pick) }, [nodeDefinition(node)])]),
    switch: (name: unknown, reads: unknown, pick: unknown, branches: unknown) =>
      more([choiceNode(name, { kind: 'switch', ...question(reads, pick) }, batch(branches))]),
    link: (from: unknown, to: unknown, options?: unknown) =>
      builder(tools, definition, { nodes, links: { item: linkDefinition(from, to, options), before: links } }),
    target: (node: unknown) => next({ target: String(node) }),
    returns: (...names: readonly string[]) => next({ returns: Object.freeze(names) }),
    build: () =>
      flowValue(Object.freeze({ ...definition, nodes: inOrder(nodes), ...(links === undefined ? {} : { links: inOrder(links) }) }), tools),
  });
}

function inOrder<Item>(last: Added<Item> | undefined): readonly Item[] {
  const items: Item[] = [];
  for (let added = last; added !== undefined; added = added.before) items.push(added.item);
  return Object.freeze(items.reverse());
}

/** Nodes by their names. A task or flow instead of an object is kept as a node, for `compile()` to report. */
function batch(nodes: unknown): NodeDefinition[] {
  if (typeof nodes !== 'object' || nodes === null || '~flowproof' in nodes) return [nodeDefinition(undefined)];
  return Object.entries(nodes).map(([name, node]) => nodeDefinition(node, { name }));
}

function choiceNode(name: unknown, choice: ChoiceDefinition, nodes: readonly NodeDefinition[]): NodeDefinition {
  const flow: FlowDefinition = { ...emptyFlow('choice', name, 'open'), nodes: Object.freeze(nodes), choice: Object.freeze(choice) };
  return Object.freeze({
    node: Object.freeze(flow),
    placement: Object.freeze({ name: undefined, rebind: {}, inject: {}, provides: {}, override: false }),
    unknownOptions: Object.freeze([]),
  });
}

function question(reads: unknown, pick: unknown): Pick<ChoiceDefinition, 'reads' | 'pick'> {
  const names: readonly unknown[] = Array.isArray(reads) ? reads : [];
  return { reads: Object.freeze(names.filter((name) => typeof name === 'string')), pick: pick as ChoiceDefinition['pick'] };
}

function linkDefinition(from: unknown, to: unknown, options: unknown): LinkDefinition {
  const given = asRecord(options);
  return Object.freeze({
    from: String(from),
    to: String(to),
    ...(given.decider === undefined ? {} : { decider: given.decider as AnyDecider }),
    ...(given.depth === undefined ? {} : { depth: given.depth as NonNullable<LinkDefinition['depth']> }),
    unknownOptions: unknownKeys(options, KNOWN_TO_LINKS),
  });
}

function inputOf(shape: unknown): FlowDefinition['input'] {
  if (isSchema(shape)) return { kind: 'schema', schema: shape };
  if (Array.isArray(shape)) return { kind: 'typed', names: Object.freeze(shape.filter((name) => typeof name === 'string')) };
  return { kind: 'typed' };
}
