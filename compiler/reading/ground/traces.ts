import type { FlowDefinition } from '#authoring';
import type { ts } from '../../source/index.js';
import type { Gap } from './gaps.js';
import type { Assumption } from './oracle.js';

/** One call of a builder, and those before it. */
export interface Trace {
  readonly before: Trace | undefined;
  readonly method: string;
  /** As they were read, before anything unknown was left out. */
  readonly args: readonly unknown[];
  readonly at: ts.CallExpression;
  readonly gaps: readonly Gap[];
}

/** A flow that was built, and how. */
export interface Built {
  readonly definition: FlowDefinition;
  /** The calls that made it, first first. */
  readonly calls: readonly Trace[];
  /** Its `.build()`. */
  readonly at: ts.CallExpression;
  readonly assumptions: readonly Assumption[];
  /** What was read when it was built: see {@link Traces.readFor}. */
  readonly owner: string;
}

/** A flow of which nothing can be said: its builder is unknown. */
export interface UnreadFlow {
  readonly at: ts.CallExpression;
  readonly gap: Gap;
  readonly owner: string;
}

/** What an app is given to run: a flow, or a factory, of which only the name is known. */
export interface Listed {
  readonly name: string;
  readonly definition?: FlowDefinition;
  readonly at: ts.Node;
}

/** A call of `flowproof(…)`, with those of its flows that are known. */
export interface AppReading {
  readonly at: ts.CallExpression;
  readonly flows: readonly Listed[];
  readonly owner: string;
}

/** A call of `factory(name, build)`. */
export interface FactoryReading {
  /** All its flows have it. */
  readonly name: string;
  readonly at: ts.CallExpression;
}

/** Remembers how builders, flows and apps came to be. */
export class Traces {
  readonly #builders = new WeakMap<object, Trace>();
  readonly #built = new Map<FlowDefinition, Built>();
  readonly #unread: UnreadFlow[] = [];
  readonly #apps: AppReading[] = [];
  /** By their places: on each path through conditions they are read again. */
  readonly #factories = new Map<ts.Node, FactoryReading>();
  readonly #visited = new Map<ts.Node, Set<string>>();
  #owner = '';

  /**
   * Reads something for an owner: the file whose own statements are read, or a function that is called nowhere. What is built,
   * visited and left unread meanwhile belongs to it, whoever asked for it first.
   */
  readFor<Result>(owner: string, read: () => Result): Result {
    const before = this.#owner;
    this.#owner = owner;
    try {
      return read();
    } finally {
      this.#owner = before;
    }
  }

  /** A place where a flow was built, or would have been. */
  visit(at: ts.Node): void {
    const owners = this.#visited.get(at);
    if (owners === undefined) this.#visited.set(at, new Set([this.#owner]));
    else owners.add(this.#owner);
  }

  isVisited(at: ts.Node): boolean {
    return this.#visited.has(at);
  }

  /** The places that an owner has visited. */
  visitedBy(owner: string): readonly ts.Node[] {
    return [...this.#visited].flatMap(([at, owners]) => (owners.has(owner) ? [at] : []));
  }

  noteUnread(at: ts.CallExpression, gap: Gap): void {
    this.#unread.push({ at, gap, owner: this.#owner });
  }

  open(at: ts.CallExpression, flows: AppReading['flows']): void {
    this.visit(at);
    this.#apps.push({ at, flows, owner: this.#owner });
  }

  apps(): readonly AppReading[] {
    return this.#apps;
  }

  addFactory(factory: FactoryReading): void {
    this.#factories.set(factory.at, factory);
  }

  factories(): readonly FactoryReading[] {
    return [...this.#factories.values()];
  }

  unread(): readonly UnreadFlow[] {
    return this.#unread;
  }

  builder(value: unknown): Trace | undefined {
    return typeof value === 'object' && value !== null ? this.#builders.get(value) : undefined;
  }

  follow(builder: object, trace: Trace): void {
    this.#builders.set(builder, trace);
  }

  finish(definition: FlowDefinition, trace: Trace, at: ts.CallExpression, assumptions: readonly Assumption[]): void {
    const calls: Trace[] = [];
    for (let one: Trace | undefined = trace; one !== undefined; one = one.before) calls.unshift(one);
    this.#built.set(definition, { definition, calls, at, assumptions: [...assumptions], owner: this.#owner });
  }

  built(definition: FlowDefinition): Built | undefined {
    return this.#built.get(definition);
  }

  all(): readonly Built[] {
    return [...this.#built.values()];
  }
}
