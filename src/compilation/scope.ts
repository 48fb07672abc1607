import type { FlowNodeShape, PortShape } from './flow-shape.js';

/** Where a value comes from; settled at compile time, since a name has one provider. */
export type Source =
  | { readonly from: 'input'; readonly name: string }
  /** `node`: the node of the shape whose placement injects it. */
  | { readonly from: 'constant'; readonly node: number; readonly input: string }
  | { readonly from: 'atom'; readonly atom: number; readonly output: string };

/** The values that a node of a flow can see at its place: those of its own flow first, then what the flow reads from outside. */
export class Scope {
  readonly #values = new Map<string, Source>();
  readonly #flow: FlowNodeShape;
  readonly #outside: (name: string, optional: boolean) => Source | undefined;
  /** Names that this flow takes from outside: they are taken for its own outputs. */
  readonly #taken: Set<string>;
  /** Names that this flow looked for outside, found or not. */
  readonly #asked = new Set<string>();

  private constructor(flow: FlowNodeShape, outside: (name: string, optional: boolean) => Source | undefined) {
    this.#flow = flow;
    this.#outside = outside;
    this.#taken = new Set(flow.input.names);
  }

  /** Of a root flow; what it reads from outside are the inputs of the run, collected in `inputs`. */
  static root(flow: FlowNodeShape, inputs: Map<string, PortShape>): Scope {
    for (const name of flow.input.names ?? []) inputs.set(name, { name, optional: true });
    return new Scope(flow, (name, optional) => {
      const known = inputs.get(name);
      inputs.set(name, { name, optional: optional && (known?.optional ?? true) });
      return { from: 'input', name };
    });
  }

  /** Of a flow that is a node in this scope; its placement says how names change at its border. */
  inside(flow: FlowNodeShape, node: number): Scope {
    return new Scope(flow, (name, optional) => {
      if (flow.inject.includes(name)) return { from: 'constant', node, input: name };
      return this.resolve(Object.hasOwn(flow.rebind, name) ? (flow.rebind[name] as string) : name, optional);
    });
  }

  resolve(name: string, optional: boolean): Source | undefined {
    const own = this.#values.get(name);
    if (own !== undefined) return own;
    if (!mayRead(this.#flow, name)) return undefined;
    this.#asked.add(name);
    const source = this.#outside(name, optional);
    if (source !== undefined) this.#taken.add(name);
    return source;
  }

  /** Whether the flow has this input, as far as names tell: an erased type may have any. */
  takes(name: string): boolean {
    const { input, mode } = this.#flow;
    if (input.names !== undefined) return input.names.includes(name);
    return this.#asked.has(name) || (mode !== 'open' && input.kind !== 'none');
  }

  /** `false` when the name is in use and may not be replaced. */
  define(name: string, source: Source, override: boolean): boolean {
    if (!override && (this.#values.has(name) || this.#taken.has(name))) return false;
    this.#values.set(name, source);
    return true;
  }

  values(): ReadonlyMap<string, Source> {
    return this.#values;
  }
}

/** A closed flow reads nothing from outside but its declared inputs, so that it means the same wherever it is used. */
function mayRead({ input, mode }: FlowNodeShape, name: string): boolean {
  if (input.names !== undefined) return input.names.includes(name);
  return mode === 'open' || input.kind !== 'none';
}

/** What a flow gives to the outside: everything, or what `.returns(…)` chose. */
export function exportedValues(
  scope: Scope,
  returns: readonly string[] | undefined,
): { values: ReadonlyMap<string, Source>; unknown: readonly string[] } {
  if (returns === undefined) return { values: scope.values(), unknown: [] };
  const values = new Map<string, Source>();
  const unknown: string[] = [];
  for (const name of returns) {
    const source = scope.values().get(name);
    if (source === undefined) unknown.push(name);
    else values.set(name, source);
  }
  return { values, unknown };
}
