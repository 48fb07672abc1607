import type { FlowNodeShape, PortShape } from '../shape/flow-shape.js';
import type { Found, Source } from '../shape/source.js';
import type { PlacedOutputs } from './outputs.js';

/** The values that a node of a flow can see at its place. */
export interface Scope {
  /** Of a flow that is a node in this scope; its placement says how names change at its border. */
  inside(flow: FlowNodeShape, outputs: readonly PlacedOutputs[], node: number): Scope;
  /** @param at the node of this flow that is looking; -1: its retry */
  resolve(name: string, optional: boolean, at: number): Found;
  /** Whether the flow has this input, as far as names tell: an erased type may have any. */
  takes(name: string): boolean;
  /** What an input of the flow is outside of it; nothing when no node in it has looked for it. */
  outside(name: string): Found;
  /** Adds an output; or says why it can't be added. */
  define(name: string, source: Source, override: boolean): 'ALREADY_PROVIDED' | 'SEVERAL_PROVIDERS' | undefined;
  /** The value of the flow's own retry, which all its nodes see; says whether it can be added. */
  defineTried(name: string, source: Source): boolean;
  /** Which node of this flow reads from which other one, as far as the flow's order is not that of its nodes. */
  waits(): readonly (readonly [from: number, to: number])[];
}

/**
 * The scope of a root flow.
 *
 * @param outputs what its nodes give
 * @param inputs collects what it reads from outside: the inputs of the run
 */
export type RootScope = (flow: FlowNodeShape, outputs: readonly PlacedOutputs[], inputs: Map<string, PortShape>) => Scope;

/** Each name has one provider: those of the node's own flow first, then what the flow reads from outside. */
export class PlainScope implements Scope {
  readonly #values = new Map<string, Source>();
  /** Outputs so far that no node of this flow sees. */
  readonly #hidden = new Set<string>();
  readonly #flow: FlowNodeShape;
  readonly #border: Border;
  /** Names that this flow takes from outside: they are taken for its own outputs. */
  readonly #taken: Set<string>;
  /** Names that this flow looked for outside, found or not. */
  readonly #asked = new Set<string>();
  /** Of a flow whose order is not that of its nodes: name → nodes that give it. */
  readonly #providers: ReadonlyMap<string, readonly Provider[]>;
  readonly #waits: (readonly [from: number, to: number])[] = [];
  /** What was found outside before: nested flows that read the same ask each scope once. */
  readonly #known = new Map<string, Found>();

  private constructor(flow: FlowNodeShape, outputs: readonly PlacedOutputs[], border: Border) {
    this.#flow = flow;
    this.#border = border;
    this.#taken = new Set(flow.input.names);
    this.#providers = providersOf(outputs);
  }

  static root(flow: FlowNodeShape, outputs: readonly PlacedOutputs[], inputs: Map<string, PortShape>): PlainScope {
    for (const name of flow.input.names ?? []) inputs.set(name, { name, optional: true });
    return new PlainScope(flow, outputs, { inputs });
  }

  inside(flow: FlowNodeShape, outputs: readonly PlacedOutputs[], node: number): PlainScope {
    return new PlainScope(flow, outputs, { outer: this, node });
  }

  /** Goes outwards step by step, without a stack: flows may be nested as deep as memory allows. */
  resolve(name: string, optional: boolean, at: number): Found {
    const passed: { readonly scope: PlainScope; readonly name: string }[] = [];
    let step: Step = { scope: this, name, at };
    while ('scope' in step) {
      const inside: Found = step.scope.#inside(step.name, optional, step.at);
      if (inside !== undefined) {
        step = { found: inside };
      } else {
        passed.push(step);
        step = step.scope.#outwards(step.name, optional);
      }
    }
    for (const { scope, name } of passed) scope.#take(name, optional, step.found);
    return step.found;
  }

  #inside(name: string, optional: boolean, at: number): Found {
    return this.#values.get(name) ?? this.#fromSiblings(name, optional, at) ?? this.#known.get(keyOf(name, optional));
  }

  #outwards(name: string, optional: boolean): Step {
    if (!mayRead(this.#flow, name)) return { found: undefined };
    this.#asked.add(name);
    const border = this.#border;
    if ('inputs' in border) {
      const known = border.inputs.get(name);
      border.inputs.set(name, { name, optional: optional && (known?.optional ?? true) });
      return { found: { from: 'input', name } };
    }
    const { inject, rebind } = this.#flow;
    if (inject.includes(name)) return { found: { from: 'constant', node: border.node, input: name } };
    return { scope: border.outer, name: Object.hasOwn(rebind, name) ? (rebind[name] as string) : name, at: border.node };
  }

  /** Notes what was found outside under this name. */
  #take(name: string, optional: boolean, found: Found): void {
    if (found === undefined || found.from === 'sibling') return;
    this.#known.set(keyOf(name, optional), found);
    // An erased type may or may not have this optional name: then an output may have it, too.
    if (!(optional && erased(this.#flow))) this.#taken.add(name);
  }

  #fromSiblings(name: string, optional: boolean, at: number): Found {
    const providers = this.#providers.get(name);
    if (providers === undefined) return undefined;
    switch (this.#flow.pattern) {
      case 'graph': {
        const provider = providers[0] as Provider;
        this.#waits.push([provider.node, at]);
        return provider.source;
      }
      case 'unordered': {
        const other = providers.find(({ node, override }) => node !== at && !override && (!optional || node < at));
        return other && { from: 'sibling', flow: this.#flow.flow };
      }
      default:
        return undefined;
    }
  }

  takes(name: string): boolean {
    const { input } = this.#flow;
    if (input.names !== undefined) return input.names.includes(name);
    return this.#asked.has(name) || erased(this.#flow);
  }

  outside(name: string): Found {
    return this.#known.get(keyOf(name, false)) ?? this.#known.get(keyOf(name, true));
  }

  define(name: string, source: Source, override: boolean): 'ALREADY_PROVIDED' | 'SEVERAL_PROVIDERS' | undefined {
    const { pattern } = this.#flow;
    if (pattern === 'choice') return undefined;
    if (pattern === 'graph' && (this.#providers.get(name)?.length ?? 0) > 1) return 'SEVERAL_PROVIDERS';
    if ((!override || pattern === 'graph') && (this.#values.has(name) || this.#taken.has(name) || this.#hidden.has(name))) {
      return 'ALREADY_PROVIDED';
    }
    if (pattern === 'linear') this.#values.set(name, source);
    else this.#hidden.add(name);
    return undefined;
  }

  defineTried(name: string, source: Source): boolean {
    if (this.#taken.has(name)) return false;
    this.#values.set(name, source);
    return true;
  }

  waits(): readonly (readonly [from: number, to: number])[] {
    return this.#waits;
  }
}

/** What is around a flow: the scope that it is a node of, or the run. */
type Border = { readonly outer: PlainScope; readonly node: number } | { readonly inputs: Map<string, PortShape> };

type Step = { readonly scope: PlainScope; readonly name: string; readonly at: number } | { readonly found: Found };

function keyOf(name: string, optional: boolean): string {
  return optional ? `${name}?` : name;
}

interface Provider {
  readonly node: number;
  readonly source: Source;
  readonly override: boolean;
}

function providersOf(outputs: readonly PlacedOutputs[]): ReadonlyMap<string, readonly Provider[]> {
  const providers = new Map<string, Provider[]>();
  for (const { node, override, values } of outputs) {
    for (const [name, source] of values) {
      const known = providers.get(name);
      if (known === undefined) providers.set(name, [{ node, source, override }]);
      else if (known[known.length - 1]?.node !== node) known.push({ node, source, override });
    }
  }
  return providers;
}

/** A closed flow reads nothing from outside but its declared inputs, so that it means the same wherever it is used. */
function mayRead({ input, mode }: FlowNodeShape, name: string): boolean {
  if (input.names !== undefined) return input.names.includes(name);
  return mode === 'open' || input.kind !== 'none';
}

/** Whether it has inputs whose names are not known before a run. */
function erased({ input, mode }: FlowNodeShape): boolean {
  return mode !== 'open' && input.kind !== 'none' && input.names === undefined;
}
