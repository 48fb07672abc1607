import type { ContextServices, TaskContext } from './task-context.js';

/**
 * What a task may have around its calls, as methods of the class or in `defineTask`. The one before may prevent the call
 * by throwing: that is the task's failure. The one after is called in any case; when it throws although `execute` has
 * succeeded, the task counts as interrupted, since it has done something.
 *
 * Each says for itself which services it reads.
 */
export interface Hooks<in BE = {}, in AE = {}, in BR = {}, in AR = {}> {
  readonly preExecute?: Hook<BE>;
  readonly postExecute?: Hook<AE>;
  /** Before `revert`, or before `postRevert` alone: a task may have hooks and no `revert`. */
  readonly preRevert?: Hook<BR>;
  readonly postRevert?: Hook<AR>;
}

type Hook<Services> = (context: TaskContext<Services>) => void | Promise<void>;

type AnyHook = (...args: never[]) => unknown;

/** An instance that has a hook. */
export type Hooked =
  | { readonly preExecute: AnyHook }
  | { readonly postExecute: AnyHook }
  | { readonly preRevert: AnyHook }
  | { readonly postRevert: AnyHook };

/** Names of hooks that can't be called with a context alone. */
export type WrongHooks<T> = {
  [Name in keyof Hooks & keyof T]: T[Name] extends (...args: infer Args) => unknown
    ? // biome-ignore lint/suspicious/noExplicitAny: the services are collected and demanded elsewhere
      [TaskContext<any>] extends readonly [...Args, ...unknown[]]
      ? never
      : Name
    : Name;
}[keyof Hooks & keyof T];

type ServicesOfHook<T, Name extends keyof Hooks> = T extends { readonly [Key in Name]: (context: infer Context) => unknown }
  ? ContextServices<Context>
  : {};

/** What hooks read from `ctx.services`. Asked only of those that have some, because every task of a flow would pay for it. */
export type HookServices<T> = ServicesOfHook<T, 'preExecute'> &
  ServicesOfHook<T, 'postExecute'> &
  ServicesOfHook<T, 'preRevert'> &
  ServicesOfHook<T, 'postRevert'>;
