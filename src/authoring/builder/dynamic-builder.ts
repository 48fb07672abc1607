import type { StandardSchema } from '../../model/schema.js';
import type { Depth } from '../definition/definition.js';
import type { Flow, NeedsResolve } from '../definition/flow.js';
import type { LimitKeyValue, TaskLimiting } from '../definition/limits.js';
import type { AnyNode, Demands } from '../definition/node-types.js';
import type { NotANode } from '../placement/check-add.js';
import type { AnyRetry } from '../placement/retry-policy.js';
import type { TaskTuning } from '../placement/tuning.js';
import type { CustomRetry, RetryClass, RetryDemands } from '../retry/custom-retry.js';
import type { RequiredKeys } from '../words/names.js';
import type { Fits, Listed, Sentence, Shown, Wrong } from '../words/sentence.js';
import type { Storable } from '../words/storable.js';

/** Values of which only the run knows the names. */
export type StorableRecord = Readonly<Record<string, Storable>>;

/** Whether it is one of the inputs of the task, `compile()` says. */
type DynamicLimitKey = string | ((inputs: StorableRecord) => LimitKeyValue);

/** How a node is placed in a flow made from data. */
export interface DynamicOptions extends TaskTuning, TaskLimiting<DynamicLimitKey> {
  readonly name?: string;
  readonly rebind?: Readonly<Record<string, string>>;
  readonly inject?: Readonly<Record<string, unknown>>;
  readonly provides?: Readonly<Record<string, string>>;
  readonly override?: boolean;
  readonly optional?: boolean;
}

/** The node itself, unless it reads services that the flow does not have. Of erased tasks and flows that is not known. */
type CheckDynamic<S, N> = [[N] extends [AnyNode] ? MissingIn<S, Demands<N>> : 'NOT_A_NODE'] extends [Wrong]
  ? Shown<[N] extends [AnyNode] ? SentenceOfServices<S, Demands<N>> : NotANode<'…', N>>
  : N;

type CheckDynamicRetry<S, R> = [[R] extends [AnyRetry | RetryClass | CustomRetry] ? MissingIn<S, RetryDemands<R>> : 'NOT_A_RETRY'] extends [
  Wrong,
]
  ? Shown<
      [R] extends [AnyRetry | RetryClass | CustomRetry] ? SentenceOfServices<S, RetryDemands<R>> : Sentence<'NOT_A_RETRY', { flow: '…' }>
    >
  : R;

/** Demands of which nothing is known, as those of `AnyTask`, have every name or none. */
type MissingIn<S, D> = [string] extends [keyof D]
  ? Fits
  : [Exclude<RequiredKeys<D>, keyof S>] extends [never]
    ? [S] extends [Pick<D, keyof D & keyof S>]
      ? Fits
      : 'MISSING_SERVICE'
    : 'MISSING_SERVICE';

type SentenceOfServices<S, D> = Sentence<
  'MISSING_SERVICE',
  { flow: '…'; service: Listed<[Exclude<RequiredKeys<D>, keyof S>] extends [never] ? keyof D : Exclude<RequiredKeys<D>, keyof S>> }
>;

/**
 * A linear or unordered flow made from data: its type stays the same at every step, so it can grow in a loop. Names are
 * checked by `flow.compile()`.
 *
 * @typeParam S the services that its tasks may read: `linear.dynamic<{ mailer: Mailer }>('name')`
 */
export interface DynamicNodes<in out S> {
  /** Names the values that a run must be given; without names a run may be given any. */
  input(names?: readonly string[] | StandardSchema): DynamicNodes<S>;
  /** Says which inputs are secret. */
  secret(...names: readonly string[]): DynamicNodes<S>;
  /** Says who decides what happens after a failure. */
  retry<R>(policy: CheckDynamicRetry<S & NeedsResolve, R>): DynamicNodes<S>;
  /** Adds a task or a built flow. */
  add<N>(node: CheckDynamic<S & NeedsResolve, N>, options?: DynamicOptions): DynamicNodes<S>;
  /** Chooses what the flow leaves behind, instead of everything; with no name: nothing. */
  returns(...names: readonly string[]): { build(): DynamicFlow<S> };
  /** Gives the flow. Never throws. */
  build(): DynamicFlow<S>;
}

/** What a decider of a graph made from data gets: per source what it gave. */
export type DynamicHistory = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/**
 * A graph made from data. Names are checked by `flow.compile()`.
 *
 * @typeParam S the services that its tasks may read
 */
export interface DynamicGraph<in out S> {
  /** Names the values that a run must be given; without names a run may be given any. */
  input(names?: readonly string[] | StandardSchema): DynamicGraph<S>;
  /** Says which inputs are secret. */
  secret(...names: readonly string[]): DynamicGraph<S>;
  /** Says who decides what happens after a failure. */
  retry<R>(policy: CheckDynamicRetry<S & NeedsResolve, R>): DynamicGraph<S>;
  /** Adds tasks and built flows by their names, or either with `use`. */
  add<Ns extends Readonly<Record<string, unknown>>>(
    nodes: Ns & { readonly [Id in keyof Ns]: CheckDynamic<S & NeedsResolve, Exclude<Ns[Id], undefined>> },
  ): DynamicGraph<S>;
  /** Lets a node wait for another one and, with a decider, run only if that says so. */
  link(
    from: string,
    to: string,
    options?: { readonly decider: (history: DynamicHistory) => boolean; readonly depth?: Depth },
  ): DynamicGraph<S>;
  /** Leaves away all that one node does not need. */
  target(node: string): { returns(...names: readonly string[]): { build(): DynamicFlow<S> }; build(): DynamicFlow<S> };
  /** Chooses what the flow leaves behind, instead of everything; with no name: nothing. */
  returns(...names: readonly string[]): { build(): DynamicFlow<S> };
  /** Gives the flow. Never throws. */
  build(): DynamicFlow<S>;
}

/** A flow made from data. */
export type DynamicFlow<S> = Flow<string, StorableRecord, StorableRecord, S>;
