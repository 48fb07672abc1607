import type { Depth, FlowDefinition } from '../../authoring/index.js';
import { bind } from '../bind/bind.js';
import type { BoundFlow } from '../bind/bound-flow.js';
import { targeted } from '../bind/target.js';
import { describe } from '../shape/describe.js';
import type { FlowNodeShape, NodeShape, RetryNodeShape, WaitShape } from '../shape/flow-shape.js';
import { pathsOf } from '../shape/node-places.js';
import type { Source } from '../shape/source.js';

/** A flow as boxes and arrows, whatever draws it. */
export interface Drawing {
  readonly root: Box;
  readonly arrows: readonly Arrow[];
  /** Names of the values that a run is given, as far as they are known. */
  readonly inputs: readonly string[];
  readonly results: readonly string[];
}

/** How it differs from the version that it is compared with; absent: not at all. */
export type Mark = 'new' | 'removed' | 'changed';

export type Box = LeafBox | FlowBox;

export interface LeafBox extends Named {
  readonly kind: 'task' | 'wait' | 'retry' | 'unknown';
  /** Of a task: it has a revert. */
  readonly reverts: boolean;
}

export interface FlowBox extends Named {
  readonly kind: 'flow';
  /** One of its nodes at most is chosen. */
  readonly choice: boolean;
  readonly content: readonly Box[];
}

interface Named {
  readonly id: string;
  readonly path: string;
  readonly label: string;
  readonly mark?: Mark;
  /** Lines under the label. */
  readonly notes?: readonly string[];
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** `values` go from one to the other; otherwise one only waits, because it comes later or by a link. */
  readonly kind: 'values' | 'order' | 'link';
  /** Names of the values. */
  readonly values: readonly string[];
  /** Of a link with a decider: what it decides about. */
  readonly decides?: Depth;
  readonly mark?: Mark;
}

/** What stands on an arrow. */
export function textOn({ values, decides }: Arrow): string {
  return decides === undefined ? values.join(', ') : `if decided (${decides})`;
}

/** Wrong flows have a picture too: it shows what is there. */
export function drawingOf(definition: FlowDefinition): Drawing {
  const { shape } = targeted(describe(definition));
  const bound = bind(shape);
  const paths = pathsOf(shape);
  const contents: Box[][] = shape.nodes.map(() => []);
  const boxes: Box[] = [];
  for (let index = shape.nodes.length - 1; index >= 0; index--) {
    const node = shape.nodes[index] as NodeShape;
    const box = boxOf(node, { id: idOf(index), path: paths[index] as string }, contents[index] as Box[]);
    boxes[index] = box;
    contents[node.parent]?.unshift(box);
  }
  const values = valuesIn(bound);
  return {
    root: boxes[0] as Box,
    arrows: [...values, ...withoutImplied(ordersIn(shape.nodes, bound), values)],
    inputs: bound.inputs.map(({ name }) => name),
    results: [...bound.results.keys()],
  };
}

/** That one comes later is seen where a value goes the same way. */
export function withoutImplied(orders: readonly Arrow[], values: readonly Arrow[]): readonly Arrow[] {
  const pairs = new Set(values.map(({ from, to }) => `${from} ${to}`));
  return orders.filter(({ kind, from, to }) => kind !== 'order' || !pairs.has(`${from} ${to}`));
}

const idOf = (index: number): string => `n${index}`;

function boxOf(node: NodeShape, named: Pick<Box, 'id' | 'path'>, content: readonly Box[]): Box {
  switch (node.kind) {
    case 'flow':
      return { kind: 'flow', ...named, label: flowLabel(node) + tolerance(node), choice: node.choice !== undefined, content };
    case 'retry':
      return { kind: 'retry', ...named, label: retryLabel(node), reverts: false };
    case 'task':
      if (node.wait !== undefined)
        return { kind: 'wait', ...named, label: waitLabel(node.name, signalOf(node.wait)) + tolerance(node), reverts: false };
      return { kind: 'task', ...named, label: node.name + tolerance(node), ...notes(node), reverts: node.hasRevert };
    case 'unknown':
      return { kind: 'unknown', ...named, label: node.name + tolerance(node), reverts: false };
  }
}

/** What a wait is called: with what it waits for, unless its name says that. */
export function waitLabel(name: string, signal: string | undefined): string {
  if (signal === undefined) return `${name} (time)`;
  return signal === name ? `${name} (signal)` : `${name} (signal ${signal})`;
}

function signalOf(wait: WaitShape): string | undefined {
  return wait.kind === 'signal' ? wait.signal : undefined;
}

/** How often a task is called when it fails, and by which executor. Not in its label: stored flows do not have it, and may differ in it. */
function notes({ tuning }: NodeShape): { readonly notes?: readonly string[] } {
  const count = tuning?.retry?.attempts ?? 1;
  const lines = [...(count > 1 ? [`times(${count})`] : []), ...(tuning?.runsOn === undefined ? [] : [`on ${tuning.runsOn}`])];
  return lines.length > 0 ? { notes: lines } : {};
}

function tolerance({ optional }: NodeShape): string {
  return optional === true ? ' (optional)' : '';
}

function flowLabel({ name, pattern, choice }: FlowNodeShape): string {
  if (choice === undefined) return pattern === 'linear' ? name : `${name} (${pattern})`;
  return `${name} (${choice.kind}${choice.reads.length === 0 ? '' : ` by ${choice.reads.join(', ')}`})`;
}

function retryLabel({ policy, requires, provides }: RetryNodeShape): string {
  switch (policy.kind) {
    case 'times':
      return `times(${policy.attempts})`;
    case 'forEach':
      return `forEach ${provides.join(', ')}`;
    case 'forEachOf':
      return `forEach ${provides.join(', ')} of ${requires.map(({ name }) => name).join(', ')}`;
    case 'custom':
      return policy.name;
    default:
      return policy.kind;
  }
}

/** One arrow for all values that go from one atom to another, or to a choice that is made by them. */
function valuesIn(bound: BoundFlow): Arrow[] {
  const names = new Map<string, Set<string>>();
  const add = (source: Source, reader: number): void => {
    for (const { from, output } of atomsIn(source, bound)) {
      const pair = `${idOf(from)} ${idOf(reader)}`;
      names.set(pair, (names.get(pair) ?? new Set()).add(output));
    }
  };
  for (const { revertInputs, node } of bound.atoms) for (const source of Object.values(revertInputs)) add(source, node);
  for (const [choice, reads] of bound.reads) for (const source of Object.values(reads)) add(source, choice);
  return [...names].map(([pair, outputs]) => {
    const [from, to] = pair.split(' ') as [string, string];
    return { from, to, kind: 'values', values: [...outputs] };
  });
}

function atomsIn(source: Source, bound: BoundFlow): { from: number; output: string }[] {
  switch (source.from) {
    case 'atom':
      return [{ from: bound.atoms[source.atom]?.node ?? 0, output: source.output }];
    case 'branch':
      return source.of.flatMap((one) => atomsIn(one, bound));
    default:
      return [];
  }
}

/** What is there beside values: the order of linear flows, and links with their deciders. */
function ordersIn(nodes: readonly NodeShape[], bound: BoundFlow): Arrow[] {
  return nodes.flatMap((node, index): readonly Arrow[] => {
    if (node.kind !== 'flow') return [];
    const children = bound.children[index] ?? [];
    if (node.pattern === 'linear') {
      return children
        .slice(1)
        .map((child, at) => ({ from: idOf(children[at] as number), to: idOf(child), kind: 'order', values: [] as const }));
    }
    const named = new Map(children.map((child) => [nodes[child]?.name, child]));
    return node.links.flatMap(({ from, to, decider, depth = 'all' }): readonly Arrow[] => {
      const [first, then] = [named.get(from), named.get(to)];
      if (first === undefined || then === undefined) return [];
      return [{ from: idOf(first), to: idOf(then), kind: 'link', values: [], ...(decider === 'none' ? {} : { decides: depth }) }];
    });
  });
}
