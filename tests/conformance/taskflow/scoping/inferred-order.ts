import type { FlowShape, NodeShape, Order, PortShape } from '../../../../src/compilation/index.js';

/** What a graph's nodes wait for, as TaskFlow infers it. */
export interface InferredOrder {
  readonly orders: readonly Order[];
  /** Values of which a node found more than one provider. */
  readonly ambiguous: ReadonlySet<string>;
}

/**
 * What TaskFlow's flows need and give as a whole, and the order of a graph, which depends on the order in which its nodes were
 * added. An optional input orders nothing.
 */
export class InferredOrders {
  readonly #shape: FlowShape;
  readonly #children: readonly (readonly number[])[];
  readonly #retries = new Map<number, number>();
  readonly #needs = new Map<number, ReadonlySet<string>>();
  readonly #gives = new Map<number, ReadonlySet<string>>();
  readonly #inferred = new Map<number, InferredOrder>();
  readonly #contents = new Map<number, readonly number[]>();
  readonly #befores = new Map<number, ReadonlyMap<number, readonly number[]>>();

  constructor(shape: FlowShape, children: readonly (readonly number[])[]) {
    this.#shape = shape;
    this.#children = children;
    for (const [index, { kind, parent }] of shape.nodes.entries()) if (kind === 'retry') this.#retries.set(parent, index);
    // Content comes after what contains it: from the back, each node finds what it is made of.
    for (let index = shape.nodes.length - 1; index >= 0; index--) this.#describe(index);
  }

  /** Names that a node leaves for others, in the words of the flow that it is in. */
  gives(node: number): ReadonlySet<string> {
    return this.#gives.get(node) ?? NONE;
  }

  inferred(graph: number): InferredOrder {
    return this.#inferred.get(graph) ?? { orders: [], ambiguous: NONE };
  }

  retryOf(flow: number): number | undefined {
    return this.#retries.get(flow);
  }

  /** The nodes of a flow in the order in which it is walked through: that of a graph is by what they wait for. */
  content(flow: number): readonly number[] {
    return this.#contents.get(flow) ?? [];
  }

  /** The siblings that a node sees, nearest first. */
  before(flow: number, node: number): readonly number[] {
    return this.#befores.get(flow)?.get(node) ?? [];
  }

  #describe(index: number): void {
    const node = this.#shape.nodes[index] as NodeShape;
    switch (node.kind) {
      case 'task':
        this.#needs.set(index, needed([...node.requires, ...node.revertRequires], node));
        this.#gives.set(index, renamed(node.provides, node));
        return;
      case 'retry':
        this.#needs.set(index, needed(node.requires, node));
        this.#gives.set(index, new Set(node.provides));
        return;
      case 'flow':
        this.#describeFlow(index, node);
    }
  }

  #describeFlow(index: number, node: Extract<NodeShape, { kind: 'flow' }>): void {
    const children = this.#children[index] ?? [];
    const retry = this.#retries.get(index);
    const tried = retry === undefined ? NONE : this.gives(retry);
    if (node.pattern === 'graph') this.#inferred.set(index, this.#infer(children, tried));
    this.#befores.set(index, this.#order(index, node));
    const needs = new Set(retry === undefined ? [] : this.#needs.get(retry));
    for (const child of children) {
      const before = this.before(index, child);
      for (const name of this.#needs.get(child) ?? []) {
        if (!tried.has(name) && !before.some((sibling) => this.gives(sibling).has(name))) needs.add(name);
      }
    }
    const given = new Set([...tried, ...children.flatMap((child) => [...this.gives(child)])]);
    this.#needs.set(index, new Set([...needs].filter((name) => !node.inject.includes(name)).map((name) => node.rebind[name] ?? name)));
    this.#gives.set(index, renamed(node.returns ?? [...given], node));
  }

  /** Each node waits for who provides what it needs. */
  #infer(nodes: readonly number[], tried: ReadonlySet<string>): InferredOrder {
    const orders: Order[] = [];
    const ambiguous = new Set<string>();
    const providers = new Map<string, number[]>();
    const waiting = new Map<string, number[]>();
    for (const node of nodes) {
      for (const name of this.#needs.get(node) ?? []) {
        if (tried.has(name)) continue;
        const known = providers.get(name) ?? [];
        if (known.length > 1) ambiguous.add(name);
        else if (known[0] === undefined) waiting.set(name, [...(waiting.get(name) ?? []), node]);
        else orders.push([known[0], node]);
      }
      for (const name of this.gives(node)) {
        providers.set(name, [...(providers.get(name) ?? []), node]);
        const waiters = waiting.get(name) ?? [];
        for (const waiter of waiters) if (waiter !== node) orders.push([node, waiter]);
        waiting.set(
          name,
          waiters.filter((waiter) => waiter === node),
        );
      }
    }
    return { orders, ambiguous };
  }

  #order(index: number, { pattern, links }: Extract<NodeShape, { kind: 'flow' }>): ReadonlyMap<number, readonly number[]> {
    const children = this.#children[index] ?? [];
    this.#contents.set(index, children);
    if (pattern === 'linear') return new Map(children.map((child, place) => [child, children.slice(0, place).reverse()]));
    if (pattern !== 'graph') return new Map();
    const named = new Map(children.map((child) => [this.#shape.nodes[child]?.name ?? '', child]));
    const linked = links.flatMap(({ from, to }): Order[] => {
      const [first, then] = [named.get(from), named.get(to)];
      return first === undefined || then === undefined ? [] : [[first, then]];
    });
    const orders = [...this.inferred(index).orders, ...linked];
    const sorted = inGenerations(children, orders);
    this.#contents.set(index, sorted);
    return predecessors(sorted, orders);
  }
}

const NONE: ReadonlySet<string> = new Set();

type Placed = Pick<NodeShape, 'inject' | 'rebind' | 'rename'>;

function needed(ports: readonly PortShape[], { inject, rebind }: Placed): ReadonlySet<string> {
  const names = ports.filter(({ name, optional }) => !inject.includes(name) && !optional);
  return new Set(names.map(({ name }) => rebind[name] ?? name));
}

function renamed(names: readonly string[], { rename }: Placed): ReadonlySet<string> {
  return new Set(names.map((name) => rename[name] ?? name));
}

/** All that come before each node, the last one first. */
function predecessors(sorted: readonly number[], orders: readonly Order[]): ReadonlyMap<number, readonly number[]> {
  const direct = new Map(sorted.map((node) => [node, new Set(orders.filter(([, to]) => to === node).map(([from]) => from))]));
  const place = new Map(sorted.map((node, index) => [node, index]));
  const all = new Map<number, ReadonlySet<number>>();
  for (const node of sorted) {
    const own = [...(direct.get(node) ?? [])];
    all.set(node, new Set(own.flatMap((from) => [from, ...(all.get(from) ?? [])])));
  }
  return new Map([...all].map(([node, before]) => [node, [...before].sort((a, b) => (place.get(b) as number) - (place.get(a) as number))]));
}

/** Nodes by how much is before them; what lies on a cycle is left out. */
function inGenerations(nodes: readonly number[], orders: readonly Order[]): readonly number[] {
  const pairs = [...new Map(orders.map((order) => [order.join(), order])).values()];
  const waits = new Map(nodes.map((node) => [node, pairs.filter(([, to]) => to === node).length]));
  const sorted: number[] = [];
  let free = nodes.filter((node) => waits.get(node) === 0);
  while (free.length > 0) {
    sorted.push(...free);
    const next: number[] = [];
    for (const node of free) {
      for (const [, to] of pairs.filter(([from]) => from === node)) {
        const left = (waits.get(to) as number) - 1;
        waits.set(to, left);
        if (left === 0) next.push(to);
      }
    }
    free = next;
  }
  return sorted;
}
