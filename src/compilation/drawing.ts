import type { FlowDefinition } from '../authoring/index.js';
import { describe } from './describe.js';
import type { FlowNodeShape, NodeShape, RetryNodeShape } from './flow-shape.js';
import { link } from './link.js';
import type { LinkedFlow } from './linked-flow.js';
import type { Source } from './source.js';
import { targeted } from './target.js';

/** What a picture shows of a node, whatever draws it. */
export type Drawing =
  | { readonly kind: 'task' | 'retry' | 'unknown'; readonly id: string; readonly label: string }
  | { readonly kind: 'flow'; readonly id: string; readonly label: string; readonly content: readonly Drawing[] };

export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Names of values, or what decides. */
  readonly label: string;
  /** It carries values; otherwise only order. */
  readonly solid: boolean;
}

/** A flow as boxes and arrows. Wrong flows have a picture too: it shows what is there. */
export function drawingOf(definition: FlowDefinition): { readonly root: Drawing; readonly arrows: readonly Arrow[] } {
  const { shape } = targeted(describe(definition));
  const linked = link(shape);
  const contents: Drawing[][] = shape.nodes.map(() => []);
  const drawings: Drawing[] = [];
  for (let index = shape.nodes.length - 1; index >= 0; index--) {
    const node = shape.nodes[index] as NodeShape;
    const drawing = drawingOfNode(node, index, contents[index] as Drawing[]);
    drawings[index] = drawing;
    contents[node.parent]?.unshift(drawing);
  }
  return { root: drawings[0] as Drawing, arrows: [...valuesIn(linked), ...ordersIn(shape.nodes, linked)] };
}

const idOf = (index: number): string => `n${index}`;

function drawingOfNode(node: NodeShape, index: number, content: readonly Drawing[]): Drawing {
  const id = idOf(index);
  switch (node.kind) {
    case 'flow':
      return { kind: 'flow', id, label: flowLabel(node), content };
    case 'retry':
      return { kind: 'retry', id, label: retryLabel(node) };
    default:
      return { kind: node.kind, id, label: node.name };
  }
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
    case 'own':
      return policy.name;
    default:
      return policy.kind;
  }
}

/** One arrow for all values that go from one atom to another. */
function valuesIn(linked: LinkedFlow): Arrow[] {
  const names = new Map<string, Set<string>>();
  for (const atom of linked.atoms) {
    for (const source of Object.values(atom.revertInputs)) {
      for (const { from, output } of atomsIn(source, linked)) {
        const pair = `${idOf(from)} ${idOf(atom.node)}`;
        names.set(pair, (names.get(pair) ?? new Set()).add(output));
      }
    }
  }
  return [...names].map(([pair, outputs]) => {
    const [from, to] = pair.split(' ') as [string, string];
    return { from, to, label: [...outputs].join(', '), solid: true };
  });
}

function atomsIn(source: Source, linked: LinkedFlow): { from: number; output: string }[] {
  switch (source.from) {
    case 'atom':
      return [{ from: linked.atoms[source.atom]?.node ?? 0, output: source.output }];
    case 'branch':
      return source.of.flatMap((one) => atomsIn(one, linked));
    default:
      return [];
  }
}

/** What is there beside values: the order of linear flows, and links with their deciders. */
function ordersIn(nodes: readonly NodeShape[], linked: LinkedFlow): Arrow[] {
  return nodes.flatMap((node, index) => {
    if (node.kind !== 'flow') return [];
    const children = linked.children[index] ?? [];
    if (node.pattern === 'linear') {
      return children.slice(1).map((child, at) => ({ from: idOf(children[at] as number), to: idOf(child), label: '', solid: false }));
    }
    const named = new Map(children.map((child) => [nodes[child]?.name, child]));
    return node.links.flatMap(({ from, to, decider, depth = 'all' }) => {
      const [first, then] = [named.get(from), named.get(to)];
      if (first === undefined || then === undefined) return [];
      return { from: idOf(first), to: idOf(then), label: decider === 'none' ? '' : `if decided (${depth})`, solid: false };
    });
  });
}
