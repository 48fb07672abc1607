import type { FlowOptions } from '../definition/flow-options.js';
import type { DynamicGraph, DynamicNodes } from './dynamic-builder.js';
import type { FlowStart, OpenFlowStart } from './stages.js';

/** Begins linear flows: their nodes run one after another, in the order in which they were added. */
export interface LinearFactory {
  /**
   * Begins a closed linear flow: a value that nothing provides is an error where it is needed.
   *
   * @example
   * ```ts
   * import { linear, Task } from 'flowproof';
   *
   * @Task({ name: 'greet', requires: ['who'], provides: ['text'] })
   * class Greet {
   *   execute({ who }: { who: string }) {
   *     return { text: `Hello ${who}` };
   *   }
   * }
   *
   * export const hello = linear('hello', { version: 1 }).input<{ who: string }>().add(Greet).build();
   * ```
   */
  <const Name extends string>(name: Name, options?: FlowOptions): FlowStart<'linear', Name>;
  /** Begins a flow for reuse: what nothing in it provides becomes what it requires. */
  open<const Name extends string>(name: Name, options?: FlowOptions): OpenFlowStart<'linear', Name>;
  /** Begins a flow made from data: names are checked by `flow.compile()`, not by types. */
  dynamic<Services extends object = {}>(name: string, options?: FlowOptions): DynamicNodes<Services>;
}

/** Begins unordered flows: none of their nodes waits for another one. */
export interface UnorderedFactory {
  /**
   * Begins a closed unordered flow: every node reads only what the flow is given.
   *
   * @example
   * ```ts
   * import { defineTask, unordered } from 'flowproof';
   *
   * const mail = defineTask({ name: 'mail', requires: ['user'], execute: async (_: { user: string }) => {} });
   * const audit = defineTask({ name: 'audit', requires: ['user'], execute: async (_: { user: string }) => {} });
   *
   * export const tell = unordered('tell').input<{ user: string }>().add(mail).add(audit).build();
   * ```
   */
  <const Name extends string>(name: Name, options?: FlowOptions): FlowStart<'unordered', Name>;
  /** Begins a flow for reuse: what its nodes need becomes what it requires. */
  open<const Name extends string>(name: Name, options?: FlowOptions): OpenFlowStart<'unordered', Name>;
  /** Begins a flow made from data: names are checked by `flow.compile()`, not by types. */
  dynamic<Services extends object = {}>(name: string, options?: FlowOptions): DynamicNodes<Services>;
}

/** Begins graphs: their nodes run as soon as what they read is there. */
export interface GraphFactory {
  /**
   * Begins a closed graph: a value that neither its nodes nor its inputs provide is an error where it is needed, and so
   * is a cycle.
   *
   * @example
   * ```ts
   * import { defineTask, graph } from 'flowproof';
   *
   * const parse = defineTask({
   *   name: 'parse',
   *   requires: ['text'],
   *   provides: ['words'],
   *   execute: ({ text }: { text: string }) => ({ words: text.split(' ') }),
   * });
   * const count = defineTask({
   *   name: 'count',
   *   requires: ['words'],
   *   provides: ['total'],
   *   execute: ({ words }: { words: readonly string[] }) => ({ total: words.length }),
   * });
   *
   * export const counted = graph('counted').input<{ text: string }>().add({ count, parse }).build();
   * ```
   */
  <const Name extends string>(name: Name, options?: FlowOptions): FlowStart<'graph', Name>;
  /** Begins a flow for reuse: what nothing in it provides becomes what it requires. */
  open<const Name extends string>(name: Name, options?: FlowOptions): OpenFlowStart<'graph', Name>;
  /** Begins a flow made from data: names are checked by `flow.compile()`, not by types. */
  dynamic<Services extends object = {}>(name: string, options?: FlowOptions): DynamicGraph<Services>;
}

/** The beginnings of all flows. */
export interface Factories {
  readonly linear: LinearFactory;
  readonly unordered: UnorderedFactory;
  readonly graph: GraphFactory;
}
