import type { FlowNodeShape, FlowShape, PortShape } from '../shape/flow-shape.js';
import type { Source } from '../shape/source.js';
import type { Compat } from '../shape/taskflow-mode.js';
import type { Order } from './cycles.js';
import { InferredOrders } from './inferred-order.js';
import type { RootScope, Scope } from './scope.js';

/** What scopes of one flow share. */
interface Around {
  readonly shape: FlowShape;
  readonly orders: InferredOrders;
  readonly compat: Compat;
  /** The number of each atom, by its node. */
  readonly atoms: readonly number[];
  /** Names that anybody in the whole flow provides. */
  readonly provided: ReadonlySet<string>;
  readonly inputs: Map<string, PortShape>;
}

/** Scopes that look for values as TaskFlow does (section 8): names may have several providers, and the nearest one counts. */
export function nearestScopes(shape: FlowShape, children: readonly (readonly number[])[], compat: Compat): RootScope {
  const orders = new InferredOrders(shape, children, compat.optionalOrders);
  let count = 0;
  const atoms = shape.nodes.map(({ kind }) => (kind === 'task' || kind === 'retry' ? count++ : -1));
  const provided = new Set(shape.nodes.flatMap((node, index) => (node.kind === 'flow' ? [] : [...orders.gives(index)])));
  return (flow, _, inputs) => {
    for (const name of flow.input.names ?? []) inputs.set(name, { name, optional: true });
    return new NearestScope({ shape, orders, compat, atoms, provided, inputs }, flow, 0, undefined);
  };
}

class NearestScope implements Scope {
  readonly #around: Around;
  readonly #flow: FlowNodeShape;
  readonly #node: number;
  readonly #outer: NearestScope | undefined;

  constructor(around: Around, flow: FlowNodeShape, node: number, outer: NearestScope | undefined) {
    this.#around = around;
    this.#flow = flow;
    this.#node = node;
    this.#outer = outer;
  }

  inside(flow: FlowNodeShape, _: unknown, node: number): NearestScope {
    return new NearestScope(this.#around, flow, node, this);
  }

  resolve(name: string, optional: boolean, at: number): Source | undefined {
    const { compat, provided } = this.#around;
    const input = this.#input(name, optional);
    const levels = this.#levels(name, at).filter((level) => level.length > 0);
    if (levels.length === 0) {
      if (input !== undefined || !optional || compat.optionalOrders || !provided.has(name)) return input;
      // Somebody provides it, so it has to be there, and nobody can be seen who does.
      return { from: 'nearest', levels };
    }
    if (input === undefined) return { from: 'nearest', levels };
    return { from: 'nearest', levels: compat.injected === 'wins' ? [[input], ...levels] : [...levels, [input]] };
  }

  /** Whoever provides it, level by level from here outwards, the nearest first in each. */
  #levels(name: string, at: number): readonly (readonly Source[])[] {
    const { orders, atoms } = this.#around;
    const retry = orders.retryOf(this.#node);
    const own = at < 0 ? [] : orders.before(this.#node, at).flatMap((sibling) => this.#providers(sibling, name));
    if (at >= 0 && retry !== undefined && orders.gives(retry).has(name)) {
      own.push({ from: 'atom', atom: atoms[retry] as number, output: name });
    }
    if (this.#flow.inject.includes(name)) return [own, [{ from: 'constant', node: this.#node, input: name }]];
    return this.#outer === undefined ? [own] : [own, ...this.#outer.#levels(this.#flow.rebind[name] ?? name, this.#node)];
  }

  /** Atoms in a node that provide a value, the last one first. */
  #providers(node: number, name: string): readonly Source[] {
    const { shape, orders, atoms } = this.#around;
    if (!orders.gives(node).has(name)) return [];
    const { rename, kind } = shape.nodes[node] as FlowShape['nodes'][number];
    const [output = name] = Object.entries(rename).find(([, renamed]) => renamed === name) ?? [];
    if (kind !== 'flow') return [{ from: 'atom', atom: atoms[node] as number, output }];
    const retry = orders.retryOf(node);
    const inside = [...orders.content(node)].reverse().flatMap((child) => this.#providers(child, output));
    return retry === undefined ? inside : [...inside, ...this.#providers(retry, output)];
  }

  /** What the run is given, if this flow may be given it. */
  #input(name: string, optional: boolean): Source | undefined {
    if (this.#outer !== undefined) return this.#outer.#input(this.#flow.rebind[name] ?? name, optional);
    const { inputs } = this.#around;
    const { names, kind } = this.#flow.input;
    if (names === undefined ? kind === 'none' : !names.includes(name)) return undefined;
    inputs.set(name, { name, optional: optional && (inputs.get(name)?.optional ?? true) });
    return { from: 'input', name };
  }

  takes(): boolean {
    return true;
  }

  outside(name: string): Source | undefined {
    return this.#outer?.resolve(this.#flow.rebind[name] ?? name, true, this.#node);
  }

  define(name: string): 'SEVERAL_PROVIDERS' | undefined {
    return this.#around.orders.inferred(this.#node).ambiguous.has(name) ? 'SEVERAL_PROVIDERS' : undefined;
  }

  defineTried(): boolean {
    return true;
  }

  waits(): readonly Order[] {
    return this.#around.orders.inferred(this.#node).orders;
  }
}
