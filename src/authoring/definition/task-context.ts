import type { TransactionPort } from '../../model/transaction-port.js';
import type { Sentence } from '../words/sentence.js';
import type { StorableValue } from '../words/storable.js';

/**
 * What a task gets beside its inputs. Say which services it needs in the type argument; the flow collects them, and
 * the app must be given them.
 *
 * @example
 * ```ts
 * import { Task, type TaskContext } from 'flowproof';
 * interface Mailer { send(to: string, key: string): Promise<void> }
 *
 * @Task({ requires: ['email'] })
 * class Greet {
 *   async execute({ email }: { email: string }, ctx: TaskContext<{ mailer: Mailer }>) {
 *     await ctx.services.mailer.send(email, ctx.idempotencyKey);
 *   }
 * }
 * ```
 */
export interface TaskContext<out Services = {}> {
  /** What the app was given; never stored, never sent anywhere. */
  readonly services: Services;
  /**
   * Aborted when this call should end: its `timeoutMs` or `heartbeatMs` are over, the app is stopped and its `graceMs` are over, another
   * engine took the run over, or, in `execute` only, the run is cancelled. What is being undone is undone to its end, also in a cancelled
   * run. `signal.reason` says why: after a time that was over it is a `TimeoutError` with the code `TIMEOUT` or `HEARTBEAT`.
   */
  readonly signal: AbortSignal;
  readonly runId: string;
  /** Node names from the root flow to this task, joined by `/`. */
  readonly path: string;
  /**
   * Which try of `execute` it is, from 1: each one before it failed, and was followed by this one as the task's `retry` says. In
   * `revert`: how many there were.
   */
  readonly turn: number;
  /** Which call of this phase in this round it is, from 1; calls that a crash interrupted count. */
  readonly attempt: number;
  /** Names this piece of work: the same for every call of it, in `execute` and in the `revert` that undoes it. */
  readonly idempotencyKey: string;
  /** Names the revert of this piece of work, for the calls that `revert` itself makes. */
  readonly revertKey: string;
  /** Grows whenever another engine takes the run over: a store that compares it refuses a late writer. */
  readonly fence: number;
  /** When `signal` will be aborted as the time of this call is over, in milliseconds since 1970; absent: it may take as long as it likes. */
  readonly deadlineAtMs?: number;
  /** What an earlier call of this piece of work saved. */
  readonly saved?: unknown;
  /**
   * Records a partial effect. Resolves when it is durable; the next call and `revert` see it as `saved`. A call whose
   * signal a cancellation has aborted can still save what it did. Await it: whether it was saved is not known else, and one that
   * rejects unheard ends no process.
   */
  save<Value>(
    data: StorableValue<Value, Sentence<'NOT_STORABLE', { path: 'data'; reason: 'it holds what does not survive' }>>,
  ): Promise<void>;
  /**
   * Says how far this call is: a fraction from 0 to 1. Listeners hear it at once, and the last one is kept with the run,
   * where `inspect` shows it. Details stay until new ones are given. Call it as often as you like: of what is said within 5 ms in a
   * thread or process of its own, they hear the last.
   */
  progress(fraction: number, details?: Readonly<Record<string, unknown>>): void;
  /** Says that this call is getting on, for `heartbeatMs`. Costs next to nothing: call it as often as you like. */
  heartbeat(): void;
  /**
   * Tells listeners something of your own, such as `ctx.emit('uploaded', { part: 3 })`. It is not stored: what must not
   * be lost belongs into the result or into `save`.
   */
  emit<Value>(
    event: string,
    data?: StorableValue<Value, Sentence<'NOT_STORABLE', { path: 'data'; reason: 'it holds what does not survive' }>>,
  ): void;
  /** The way of `transaction` of `flowproof/postgres` into the run; for it alone. */
  readonly '~flowproof'?: TransactionPort;
}

/** The services that are read of a context; of one that may be left out, too, since the engine always gives it. */
export type ContextServices<Context> = Context extends { readonly services: infer S } ? S : Context extends undefined ? never : {};
