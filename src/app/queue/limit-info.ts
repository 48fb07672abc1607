import type { LimitChange } from '../../model/limits/flow-limits.js';

/** A limit as lists show it. */
export interface LimitInfo extends LimitChange {
  /** What it is called: `flow:` and the name of the flow, or `task:` and the name of the task. */
  readonly name: string;
  /** The flow whose runs it limits. */
  readonly flow?: string;
  /** The task whose calls it limits. */
  readonly task?: string;
  /** The input by whose values they are counted; absent: all together, by a function, or it is none of this app. */
  readonly key?: string;
  /** What the code of this app says, of a task the first one that says something; absent: it is none of this app. What counts is beside it: `concurrency` and `rate`. */
  readonly code?: LimitChange;
  /** When it was changed, in milliseconds since 1970; absent: the code counts. */
  readonly changedAtMs?: number;
  /** How many runs or calls are under way, of all values of the key together; where only starts are counted, 0. */
  readonly inUse: number;
  /** How many runs wait, and are due, or how many calls wait. */
  readonly waiting: number;
}

/** The limits of the flows and tasks of a store, for operators. */
export interface AppLimits {
  /**
   * The limits that the flows and tasks of this app state, and of others those that are in use in the store: something waits for them, or is under
   * way by them, or an operator has changed them. Sorted by name.
   */
  list(): Promise<readonly LimitInfo[]>;
  /**
   * Lets this count in the place of what the code says, for all processes and from the next claim or call on; what is left out is left to the
   * code. Of two changes the later one counts, alone. Lowering a limit stops nothing that is under way. It is stored: it holds until
   * {@link AppLimits.reset}, also when processes end, but for those of `memory()`.
   *
   * @param name `flow:` and the name of a flow whose code states `concurrency` or `rate`, or `task:` and that of such a task
   * @throws LimitError `INVALID_LIMIT`; PersistenceError
   *
   * @example
   * ```ts
   * import { file, flowproof, linear } from 'flowproof';
   * const billing = linear('billing', { concurrency: 5 }).build();
   * const app = flowproof({ persistence: file('.flowproof'), flows: [billing] });
   * await app.limits.set('flow:billing', { concurrency: 2 });
   * for (const { name, concurrency, inUse, waiting } of await app.limits.list()) console.log(name, concurrency, inUse, waiting);
   * await app.limits.reset('flow:billing');
   * await app.stop();
   * ```
   */
  set(name: string, change: LimitChange): Promise<void>;
  /** What the code says counts again, from the next claim or call on. @throws LimitError `INVALID_LIMIT` when the name is none; PersistenceError */
  reset(name: string): Promise<void>;
}
