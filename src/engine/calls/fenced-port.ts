import type { CallResult } from '../../calls/index.js';
import { TransactionError } from '../../model/errors.js';
import type { Failure } from '../../model/failure.js';
import type { Json } from '../../model/json.js';
import type { CommitEnd, TransactionPort } from '../../model/transaction-port.js';
import { idOf } from '../decide/call-commands.js';
import type { CallId } from '../state/protocol.js';
import { Commitment } from './commitment.js';

/** A task's way into its run that knows when the task's code has ended, and says whether that is news. */
export interface ClosablePort extends TransactionPort {
  close(): boolean;
}

interface FencedPortParts {
  readonly call: CallId;
  readonly path: string;
  /** What a value becomes in the journal. */
  readonly resultOf: (value: unknown) => CallResult | Promise<CallResult>;
  /** Hands it to the loop. */
  readonly commit: (commitment: Commitment) => void;
}

/** The port of one call, where the store takes part in transactions. What its task did is known when it was committed, or when its code has ended. */
export class FencedPort implements ClosablePort {
  readonly #parts: FencedPortParts;
  #commitment: Commitment | undefined;
  #isCommitted = false;
  #isOver = false;

  constructor(parts: FencedPortParts) {
    this.#parts = parts;
  }

  open(): void {
    if (this.#isCommitted || this.#isOver) throw new TransactionError('TRANSACTION_LATE', this.#parts.path);
  }

  async write(value: unknown, transaction: unknown): Promise<void> {
    const { call, path, resultOf, commit } = this.#parts;
    const result = await resultOf(value);
    if ('failure' in result) throw errorOf(result.failure);
    this.open();
    const commitment = new Commitment({ ...idOf(call), end: { kind: 'result', ...resultIn(result) } }, path, transaction);
    commit(commitment);
    await commitment.written;
    this.#commitment = commitment;
  }

  async conclude(end: CommitEnd): Promise<boolean> {
    // At once, where it is known: the task's code may end before anything else happens.
    this.#isCommitted = end === 'committed';
    this.#isCommitted = (await this.#commitment?.conclude(end)) ?? false;
    return this.#isCommitted;
  }

  /** The task's code has ended; says whether that is news. */
  close(): boolean {
    this.#isOver = true;
    return !this.#isCommitted;
  }
}

function resultIn({ result }: { readonly result?: Json }): { readonly result?: Json } {
  return result === undefined ? {} : { result };
}

/** To be thrown through the user's code, and to become the same failure again. */
export function errorOf({ name, message, code, data }: Failure): Error {
  return Object.assign(new Error(message), { name, code, data });
}
