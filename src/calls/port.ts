import type { Json } from '../model/json.js';
import type { TransactionPort } from '../model/transaction-port.js';

/** What a call says to its run while it is under way. */
export interface CallMessages {
  /** Resolves when it is durable. Rejects when it can't be kept any more. */
  save(data: Json): Promise<void>;
  /** @param fraction from 0 to 1 */
  progress(fraction: number, details?: Json): void;
  /** The call gets on. What else it says means that, too. */
  heartbeat(): void;
  /** `data` is what the task gave: who sends it elsewhere encodes it. */
  emit(event: string, data?: unknown): void;
}

/** How the code of a call reaches its run, and is reached by it. */
export interface CallPort extends CallMessages {
  /** Aborted when the result of the call is not wanted any more. */
  readonly signal: AbortSignal;
  /** The signal is made when somebody asks for it, as few tasks do: to make one takes as long as all else of a call. */
  readonly makesSignal?: true;
  /** When that will be, as its time is over: in milliseconds since 1970. Absent: it may take as long as it likes. */
  readonly deadlineAtMs?: number | undefined;
  /** By which a task ends with a transaction of its own: only in the process of the engine. */
  readonly transaction?: TransactionPort | undefined;
}

/** Why nothing is saved of a call that is not waited for any more. */
export function savedTooLate(): Error {
  return new Error('this call has ended: what it saves now is not kept. Await ctx.save');
}

/** Retries and deciders have nothing to report while they are asked. */
export const SAYS_NOTHING: CallMessages = {
  save: () => Promise.resolve(),
  progress: () => undefined,
  heartbeat: () => undefined,
  emit: () => undefined,
};
