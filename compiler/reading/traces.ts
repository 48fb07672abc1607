import type { FlowDefinition } from '#authoring';
import type { ts } from '../source/index.js';
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
}

/** Remembers how builders and flows came to be. */
export class Traces {
  readonly #builders = new WeakMap<object, Trace>();
  readonly #built = new Map<FlowDefinition, Built>();
  /** Places where a flow was built, or would have been. */
  readonly visited = new Set<ts.Node>();
  /** Flows of which nothing can be said: their builder is unknown. */
  readonly lost: { readonly at: ts.CallExpression; readonly gap: Gap }[] = [];

  builder(value: unknown): Trace | undefined {
    return typeof value === 'object' && value !== null ? this.#builders.get(value) : undefined;
  }

  follow(builder: object, trace: Trace): void {
    this.#builders.set(builder, trace);
  }

  finish(definition: FlowDefinition, trace: Trace, at: ts.CallExpression, assumptions: readonly Assumption[]): void {
    const calls: Trace[] = [];
    for (let one: Trace | undefined = trace; one !== undefined; one = one.before) calls.unshift(one);
    this.#built.set(definition, { definition, calls, at, assumptions: [...assumptions] });
  }

  built(definition: FlowDefinition): Built | undefined {
    return this.#built.get(definition);
  }

  all(): readonly Built[] {
    return [...this.#built.values()];
  }
}
