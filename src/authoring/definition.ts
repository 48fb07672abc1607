import type { StandardSchema } from '../model/schema.js';

/** What builders and decorators leave behind: plain, frozen data that the compilation reads. No types of values here. */

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
  readonly hasRevert: boolean;
  /** Higher runs earlier among the ready. */
  readonly priority: number;
  /** How often an engine may die in this task before it is given up. */
  readonly maxLosses: number;
  readonly code: TaskCode;
}

/** A retry as data: `times` is decided by the engine itself. */
export interface RetryDefinition {
  readonly kind: 'times';
  /** Attempts in all. */
  readonly attempts: number;
}

/** How a node is placed in a flow. */
export interface Placement {
  readonly name?: string;
  /** input → name of the value it reads */
  readonly rebind: Readonly<Record<string, string>>;
  /** input → constant */
  readonly inject: Readonly<Record<string, unknown>>;
  /** output → name it is stored under */
  readonly provides: Readonly<Record<string, string>>;
  /** Its outputs may replace values of the same name. */
  readonly override: boolean;
}

/** Something was added that is neither a task nor a flow; kept so that `compile()` can say so. */
export interface NotANode {
  readonly kind: 'unknown';
  readonly name: string;
}

export interface NodeDefinition {
  readonly node: TaskDefinition | FlowDefinition | NotANode;
  readonly placement: Placement;
  /** Option keys that nobody knows, for `compile()` to report. */
  readonly unknownOptions: readonly string[];
}

/** What a flow takes from outside. */
export type InputDefinition =
  | { readonly kind: 'none' }
  /** Types are erased: only a run knows what comes. Dynamic flows can say the names, which are data. */
  | { readonly kind: 'typed'; readonly names?: readonly string[] }
  | { readonly kind: 'schema'; readonly schema: StandardSchema };

export interface FlowDefinition {
  readonly kind: 'flow';
  readonly pattern: 'linear';
  readonly name: string;
  readonly version: number;
  /** `open`: unmet inputs become what the flow requires. `closed`: they are errors. `dynamic`: made from data, checked by compile(). */
  readonly mode: 'closed' | 'open' | 'dynamic';
  /** `.input<I>()` is erased: then only a run knows the names. */
  readonly input: InputDefinition;
  readonly retry?: RetryDefinition;
  readonly nodes: readonly NodeDefinition[];
  /** Output names that `.returns(…)` chose; absent: all. */
  readonly returns?: readonly string[];
  readonly unknownOptions: readonly string[];
}
