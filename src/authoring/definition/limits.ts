import type { Sentence } from '../words/sentence.js';

/** How many runs of a flow may be under way at once. */
export interface ConcurrencyLimit {
  /** A whole number of at least 1, for each value of `key`. `Infinity`: any number. */
  readonly limit: number;
  /** Name of an input by whose values runs are counted: `key: 'customer'`. A run has to be given it, as a text of up to 500 characters, a number or a boolean. Default: all together. */
  readonly key?: string;
  /** Shares of the values of `key`, when more of them wait than there is room for: `weights: { gold: 3 }`. Default: 1 each. */
  readonly weights?: Readonly<Record<string, number>>;
}

/** How many runs of a flow may begin within a time. */
export interface RateLimit {
  /** A whole number from 1 to 10,000, for each value of `key`. */
  readonly limit: number;
  /** The time, in milliseconds, a day at most: within no such time, whenever it begins, there are more starts. */
  readonly perMs: number;
  /** Name of an input by whose values starts are counted; that of `concurrency`, where both have one. Default: all together. */
  readonly key?: string;
}

/**
 * What calls of a task are counted by: the name of an input that it always has, or a function of its inputs. The last one stands there to be
 * printed where a name is none of them.
 */
export type TaskLimitKey<Name extends string, Inputs> = [Name] extends [infer Names]
  ? Names | ((inputs: Inputs) => LimitKeyValue) | Sentence<'LIMIT_KEY_UNKNOWN', { node: '…'; value: '…' }>
  : never;

/** A text of up to 500 characters, a number or a boolean. */
export type LimitKeyValue = string | number | boolean;

/** How many calls of a task may be under way at once. */
export interface TaskConcurrency<Key> {
  /** A whole number of at least 1, for each value of `key`. `Infinity`: any number. */
  readonly limit: number;
  /**
   * Name of one of the task's own inputs by whose values calls are counted, `key: 'tenant'`, or a function that makes a value of the inputs:
   * `key: ({ url }) => new URL(url).host`. What a function throws is the task's failure. Default: all together.
   */
  readonly key?: Key;
}

/** How many calls of a task may begin within a time. */
export interface TaskRate<Key> {
  /** A whole number from 1 to 10,000, for each value of `key`. */
  readonly limit: number;
  /** The time, in milliseconds, a day at most: within no such time, whenever it begins, are there more starts. */
  readonly perMs: number;
  /** As that of `concurrency`; the same one, where both have one. */
  readonly key?: Key;
}

/** How many calls of a task there may be, over all processes that use a store: options of tasks, and of `.add` and `use`. */
export interface TaskLimiting<Key> {
  /**
   * How many calls of `execute` may be under way at once, over all flows and processes of the store: a number, or `{ limit, key }` for each
   * value of an input. All tasks of one name are counted together. A task that is ready and finds no room waits: it has not begun,
   * and holds no slot of an executor. Who has waited for the longest is next. Not while it pauses between attempts, and not of `revert`. A limit,
   * and no mutex: what a process does that was taken for dead is not counted. Default: none.
   */
  readonly concurrency?: number | TaskConcurrency<Key>;
  /** How many calls of `execute` may begin within a time, each attempt for itself; they wait as with `concurrency`. Default: any number. */
  readonly rate?: TaskRate<Key>;
}
