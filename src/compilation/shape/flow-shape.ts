import type { BackoffDefinition, Depth, Pattern } from '../../authoring/index.js';

/**
 * A flow as plain, flat data, without code: what {@link describe} reads from live objects and the checker reads from
 * source. Everything about the validity of a flow is decided on this.
 */
export interface FlowShape {
  /** Preorder: the root flow first, each flow before its content, its retry before its nodes. */
  readonly nodes: readonly NodeShape[];
}

export type NodeShape = FlowNodeShape | TaskNodeShape | RetryNodeShape | UnknownNodeShape;

/** A part of a value that can't be stored, and why. */
export interface Refusal {
  readonly path: string;
  readonly reason: string;
}

interface PlacedShape {
  /** Unique among its siblings; the root's is the flow's name. */
  readonly name: string;
  /** Place of the containing flow in `nodes`; -1 for the root. */
  readonly parent: number;
  /** input → name of the value it reads */
  readonly rebind: Readonly<Record<string, string>>;
  /** Inputs that are constants. */
  readonly inject: readonly string[];
  /** What of those constants no store could keep. */
  readonly refused?: readonly Refusal[];
  /** output → name it is stored under */
  readonly rename: Readonly<Record<string, string>>;
  readonly override: boolean;
  /** It may fail without failing its flow: then it is undone, and left out. */
  readonly optional?: true;
  /** How it is called: what it says itself, and where it is placed. */
  readonly tuning?: TuningShape;
  readonly unknownOptions: readonly string[];
}

/** Without code. Numbers as they were written: they may make no sense. */
export interface TuningShape {
  readonly retry?: TimesShape;
  /** Whether it is a function. */
  readonly retryIf?: boolean;
  readonly timeoutMs?: number;
  readonly heartbeatMs?: number;
  readonly deadlineMs?: number;
  /** The executor that calls it. */
  readonly runsOn?: string;
  /** How many of its calls may be under way, and begin; as they were written, but for a function as `key`: see {@link KEY_FUNCTION}. */
  readonly concurrency?: unknown;
  readonly rate?: unknown;
}

/** Stands in a shape for a function by which something is counted. */
export const KEY_FUNCTION = Object.freeze({ '~flowproof': 'a function' });

/** Attempts of a task, or of its revert. */
export interface TimesShape {
  readonly attempts: number;
  readonly backoff?: BackoffDefinition;
  readonly unknownOptions: readonly string[];
}

export interface FlowNodeShape extends PlacedShape {
  readonly kind: 'flow';
  readonly flow: string;
  readonly version: number;
  /** Older versions whose runs this one goes on with; as they were written. */
  readonly continues?: readonly number[];
  /** How long a run of it may take; as it was written. */
  readonly deadlineMs?: number;
  /** How many of its runs may be under way, and begin; as it was written. */
  readonly concurrency?: unknown;
  readonly rate?: unknown;
  readonly pattern: Pattern;
  readonly mode: 'closed' | 'open' | 'dynamic';
  /** Where its inputs' names are declared; `names` where they can be known without running it. */
  readonly input: { readonly kind: 'none' | 'typed' | 'schema'; readonly names?: readonly string[] };
  /** Names of those of its inputs that are secret. */
  readonly secret?: readonly string[];
  readonly returns?: readonly string[];
  /** Of a graph. */
  readonly links: readonly LinkShape[];
  /** Of a graph: only this node and what it needs are part of the flow. */
  readonly target?: string;
  /** Of a choice: what it reads, and whether its code is a function. */
  readonly choice?: { readonly kind: 'when' | 'switch'; readonly reads: readonly string[]; readonly callable: boolean };
}

export interface LinkShape {
  readonly from: string;
  readonly to: string;
  readonly decider: 'none' | 'function' | 'wrong';
  /** As it was written: it may be none. */
  readonly depth?: Depth;
  readonly unknownOptions: readonly string[];
}

export interface TaskNodeShape extends PlacedShape {
  readonly kind: 'task';
  readonly task: string;
  /** `false`: the task's name is its class name. */
  readonly named: boolean;
  readonly requires: readonly PortShape[];
  readonly provides: readonly string[];
  /** Those of its outputs that it may leave out. */
  readonly mayLack?: readonly string[];
  readonly keeps: readonly string[];
  readonly revertRequires: readonly PortShape[];
  /** Names of those of its values that are secret. */
  readonly secret?: readonly string[];
  /** Or may have one, for all that is known without its instance. */
  readonly hasRevert: boolean;
  readonly priority: number;
  readonly maxLosses: number;
  /** Of the task, not of the flow. */
  readonly version: number;
  /** How its revert is tried again. */
  readonly revertRetry?: TimesShape;
  /** It is a wait: what it waits for. */
  readonly wait?: WaitShape;
}

/** What a wait waits for, without its values. Numbers as they were written: they may be no times. */
export type WaitShape =
  /** For so long; without `ms`, a value that it requires says for how long or until when. */
  | { readonly kind: 'time'; readonly ms?: number }
  | { readonly kind: 'signal'; readonly signal: string; readonly timeoutMs?: number; readonly fallback?: true };

export interface RetryNodeShape extends PlacedShape {
  readonly kind: 'retry';
  readonly policy: PolicyShape;
  /** Values that the retry itself reads. */
  readonly requires: readonly PortShape[];
  /** Values that it gives to its flow, anew for each attempt. */
  readonly provides: readonly string[];
  /** Those of them that it may leave out. */
  readonly mayLack?: readonly string[];
  /** Names of those of its values that are secret. */
  readonly secret?: readonly string[];
}

/** A retry without its values: how many there are is all that matters here. */
export type PolicyShape =
  | ({ readonly kind: 'times'; readonly attempts: number } & StockShape)
  | ({ readonly kind: 'forEach'; readonly count: number } & StockShape)
  | ({ readonly kind: 'forEachOf' } & StockShape)
  | { readonly kind: 'alwaysRevert' | 'alwaysRevertAll' }
  | {
      readonly kind: 'custom';
      readonly name: string;
      /** `false`: it takes or gives something that was not declared. */
      readonly declared: boolean;
      /** It is no retry at all. */
      readonly lacksOnFailure: boolean;
    };

/** As it was written: it may make no sense. */
export interface StockShape {
  readonly backoff?: BackoffDefinition;
  readonly otherwise?: string;
}

export interface UnknownNodeShape extends PlacedShape {
  readonly kind: 'unknown';
  /** What to do about it. */
  readonly hint?: string;
}

export interface PortShape {
  readonly name: string;
  readonly optional: boolean;
}
