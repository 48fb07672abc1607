import type { StandardSchema } from '../model/schema.js';
import type { Flow, NeedsResolve } from './flow.js';
import type { AnyNode, Demands } from './node-types.js';
import type { RetryPolicy } from './retry.js';
import type { Sentence } from './sentence.js';
import type { Storable } from './storable.js';

/** Values of which only the run knows the names. */
export type StorableRecord = Readonly<Record<string, Storable>>;

/** How a node is placed in a flow made from data. */
export interface DynamicOptions {
  readonly name?: string;
  readonly rebind?: Readonly<Record<string, string>>;
  readonly inject?: Readonly<Record<string, unknown>>;
  readonly provides?: Readonly<Record<string, string>>;
  readonly override?: boolean;
}

type CheckDynamic<F extends string, S, N> = N extends AnyNode
  ? [Exclude<keyof Demands<N>, keyof S>] extends [never]
    ? S extends Demands<N>
      ? N
      : Sentence<'MISSING_SERVICE', { flow: F; service: keyof Demands<N> }>
    : Sentence<'MISSING_SERVICE', { flow: F; service: Exclude<keyof Demands<N>, keyof S> }>
  : Sentence<'NOT_A_NODE', { flow: F }>;

/**
 * A linear flow made from data: its type stays the same at every step, so it can grow in a loop. Names are checked by
 * `flow.compile()`.
 *
 * @typeParam S the services that its tasks may read: `linear.dynamic<{ mailer: Mailer }>('name')`
 */
export interface DynamicLinear<in out S> {
  /** Names the values that a run must be given; without names a run may be given any. */
  input(names?: readonly string[] | StandardSchema): DynamicLinear<S>;
  /** Says who decides what happens after a failure. */
  retry(policy: RetryPolicy<{}, {}>): DynamicLinear<S>;
  /** Adds a task or a built flow. */
  add<N>(node: CheckDynamic<'…', S & NeedsResolve, N>, options?: DynamicOptions): DynamicLinear<S>;
  /** Chooses what the flow leaves behind, instead of everything; with no name: nothing. */
  returns(...names: readonly string[]): { build(): DynamicFlow<S> };
  /** Gives the flow. Never throws. */
  build(): DynamicFlow<S>;
}

/** A flow made from data. */
export type DynamicFlow<S> = Flow<string, StorableRecord, StorableRecord, S>;
