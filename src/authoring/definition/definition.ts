import type { Failure } from '../../model/failure.js';
import type { StandardSchema } from '../../model/schema.js';
import type { Decision } from '../../model/states.js';

/**
 * What builders and decorators leave behind: plain, frozen data that the compilation reads. No types of values here. What
 * depends on the methods that code has is found out when it is read.
 */

/** One named value that goes in or out. */
export interface Port {
  readonly name: string;
  /** Listed as `'zone?'`: absent when nothing provides it. */
  readonly optional: boolean;
  readonly schema?: StandardSchema;
}

/** Where the code of a task is found. */
export type TaskCode =
  | { readonly kind: 'class'; readonly target: new (...args: never[]) => object }
  | { readonly kind: 'object'; readonly target: object };

export interface TaskDefinition {
  readonly kind: 'task';
  readonly name: string;
  /** `false`: the name was taken from the class. */
  readonly named: boolean;
  readonly requires: readonly Port[];
  readonly provides: readonly Port[];
  /** Undo data: stored with the result, visible to this task's revert only. */
  readonly keeps: readonly Port[];
  /** What only revert needs. */
  readonly revertRequires: readonly Port[];
  /** Names of those of its values that are secret; absent: none. */
  readonly secret?: readonly string[];
  /** Whether something is called when it is undone; `undefined`: only the instance that a container makes can tell. */
  readonly hasRevert: boolean | undefined;
  /** Higher runs earlier among the ready. */
  readonly priority: number;
  /** How often an engine may die in this task before it is given up. */
  readonly maxLosses: number;
  /** What happens when an engine died in the middle of execute. */
  readonly onInterrupted: OnInterrupted;
  /** How often revert is called when it fails; absent: once. */
  readonly revertRetry?: TimesDefinition;
  /** How it is called, unless it is placed with something else. */
  readonly tuning?: Tuning;
  /** Grows when the task means something else: a run that has begun it goes on only with the same. */
  readonly version: number;
  readonly code: TaskCode;
  /** It is no code that is called, but a time or a signal that is waited for. For names and order it is a task like others. */
  readonly wait?: WaitDefinition;
}

/** How a task is called: what it says itself, or where it is placed. */
export interface Tuning {
  /** How often it is called when it fails; absent: once. */
  readonly retry?: TimesDefinition;
  /** Whether it is called again after a failure; as it was written. */
  readonly retryIf?: (failure: Failure) => unknown;
  /** How long one call may take, for how long it may say nothing, and how long all may take; as they were written. Absent: any time. */
  readonly timeoutMs?: number;
  readonly heartbeatMs?: number;
  readonly deadlineMs?: number;
  /** The executor of the app that calls it, as it was written; absent: the app's own. */
  readonly runsOn?: string;
  /** How many of its calls may be under way, and begin, over all processes; as they were written. Absent: any number. */
  readonly concurrency?: unknown;
  readonly rate?: unknown;
}

/** What a wait waits for. */
export type WaitDefinition =
  /** As it was written: what is no time is for `compile()` to report. */
  | { readonly kind: 'sleep'; readonly ms: number }
  /** The value of this name says for how many milliseconds, or until when. */
  | { readonly kind: 'sleepFor' | 'sleepUntil'; readonly value: string }
  | {
      readonly kind: 'signal';
      readonly signal: string;
      /** As it was written; absent: for ever. */
      readonly timeoutMs?: number;
      /** What it gives when the time is over; absent: it has failed then. */
      readonly fallback?: { readonly value: unknown };
    };

/** `rerun`: it is called again. `revert`: it counts as failed. `suspend`: the run rests before it counts as failed. */
export type OnInterrupted = 'rerun' | 'revert' | 'suspend';

/** How long is waited before the next attempt: `delayMs`, and each time `factor` times as long, up to `maxMs`. */
export interface BackoffDefinition {
  readonly delayMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** Part of the pause that is left to chance, from 0 to 1. */
  readonly jitter: number;
}

/** What stock retries have in common. */
export interface StockRetry {
  readonly backoff?: BackoffDefinition;
  /** What it says when nothing is left to try; absent: REVERT. */
  readonly otherwise?: Exclude<Decision, 'RETRY'>;
  readonly unknownOptions?: readonly string[];
}

/** `attempts` in all. */
export interface TimesDefinition extends StockRetry {
  readonly kind: 'times';
  readonly attempts: number;
}

/** A retry as data: the stock retries are decided by the engine itself. */
export type RetryDefinition =
  | TimesDefinition
  /** One attempt for each value, which its flow reads as `provides`. */
  | (StockRetry & { readonly kind: 'forEach'; readonly provides: string; readonly values: readonly unknown[] })
  /** The same with the list that the flow has as `requires`. */
  | (StockRetry & { readonly kind: 'forEachOf'; readonly requires: string; readonly provides: string })
  /** No second attempt: the retry around it is asked, or the run goes back. */
  | { readonly kind: 'alwaysRevert' }
  /** No second attempt of anything: the whole run goes back. */
  | { readonly kind: 'alwaysRevertAll' }
  | CustomRetryDefinition;

/** A retry whose decisions are code of the user. */
export interface CustomRetryDefinition {
  readonly kind: 'custom';
  /** Of the class or object, for pictures and messages. */
  readonly name: string;
  readonly requires: readonly Port[];
  readonly provides: readonly Port[];
  /** As of a task. */
  readonly secret?: readonly string[];
  /** `false`: it takes or gives something and does not say what; for `compile()` to report. */
  readonly declared: boolean;
  /** It is no retry at all; for `compile()` to report. */
  readonly lacksOnFailure?: boolean;
  /** Option keys that no retry has, such as `runsOn`. */
  readonly unknownOptions?: readonly string[];
  /** Without execute each attempt begins at once, and it provides nothing; `undefined` as of a task's revert. */
  readonly hasExecute: boolean | undefined;
  readonly hasRevert: boolean | undefined;
  readonly code: TaskCode;
}

/** How a node is placed in a flow. */
export interface Placement {
  /** `undefined`: the node's own. */
  readonly name: string | undefined;
  /** input → name of the value it reads */
  readonly rebind: Readonly<Record<string, string>>;
  /** input → constant */
  readonly inject: Readonly<Record<string, unknown>>;
  /** output → name it is stored under */
  readonly provides: Readonly<Record<string, string>>;
  /** Its outputs may replace values of the same name. */
  readonly override: boolean;
  /** It may fail without failing its flow. */
  readonly optional?: true;
  /** How it is called here. */
  readonly tuning?: Tuning;
}

/** Something was added that is neither a task nor a flow; kept so that `compile()` can say so. */
export interface NotANode {
  readonly kind: 'unknown';
  readonly name: string;
  /** What to do about it, as far as it looks like something. */
  readonly hint?: string;
}

export interface NodeDefinition {
  readonly node: TaskDefinition | FlowDefinition | NotANode;
  readonly placement: Placement;
  /** Option keys that there are not, for `compile()` to report. */
  readonly unknownOptions: readonly string[];
}

/** What a flow takes from outside. */
export type InputDefinition =
  | { readonly kind: 'none' }
  /** Types are erased: only a run knows what comes. Dynamic flows can say the names, which are data. */
  | { readonly kind: 'typed'; readonly names?: readonly string[] }
  | { readonly kind: 'schema'; readonly schema: StandardSchema };

/** How far a `no` of a decider reaches beyond the link's target: TaskFlow's depths. */
export type Depth = 'all' | 'flow' | 'neighbors' | 'atom';

/** A decider as it was written; it is asked when its target is ready. */
export type AnyDecider = (history: never) => unknown;

/** An order that no value demands, between two nodes of a graph. */
export interface LinkDefinition {
  readonly from: string;
  readonly to: string;
  /** Says whether the target runs. What is no function is kept for `compile()` to report. */
  readonly decider?: AnyDecider;
  readonly depth?: Depth;
  readonly unknownOptions: readonly string[];
}

/** How a flow of the pattern `choice` finds the one branch that runs. */
export interface ChoiceDefinition {
  /** `when`: its one branch runs if `pick` gives `true`. `switch`: the branch runs whose name `pick` gives. */
  readonly kind: 'when' | 'switch';
  /** Values that `pick` is given. */
  readonly reads: readonly string[];
  readonly pick: (values: never) => unknown;
}

/**
 * `linear`: one after another. `unordered`: no node waits for a sibling. `graph`: values and links give the order.
 * `choice`: at most one of the nodes runs.
 */
export type Pattern = 'linear' | 'unordered' | 'graph' | 'choice';

export interface FlowDefinition {
  readonly kind: 'flow';
  readonly pattern: Pattern;
  readonly name: string;
  readonly version: number;
  /** Older versions whose runs this one goes on with. */
  readonly continues?: readonly number[];
  /** How long a run of it may take, as it was written; absent: as long as it likes. */
  readonly deadlineMs?: number;
  /** How many of its runs may be under way, and begin, as it was written; absent: any number. */
  readonly concurrency?: unknown;
  readonly rate?: unknown;
  /** `open`: unmet inputs become what the flow requires. `closed`: they are errors. `dynamic`: made from data, checked by compile(). */
  readonly mode: 'closed' | 'open' | 'dynamic';
  /** `.input<I>()` is erased: then only a run knows the names. */
  readonly input: InputDefinition;
  /** Names of those of its inputs that are secret; absent: none. */
  readonly secret?: readonly string[];
  readonly retry?: RetryDefinition;
  readonly nodes: readonly NodeDefinition[];
  /** Of a graph: links between its nodes, beside those that values make. */
  readonly links?: readonly LinkDefinition[];
  /** Of a graph: only this node and what it needs run. */
  readonly target?: string;
  /** Of a choice. */
  readonly choice?: ChoiceDefinition;
  /** Output names that `.returns(…)` chose; absent: all. */
  readonly returns?: readonly string[];
  readonly unknownOptions: readonly string[];
}
