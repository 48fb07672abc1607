import type { CallResult } from '../../calls/index.js';
import { TransactionError } from '../../model/errors.js';
import type { CommitEnd } from '../../model/transaction-port.js';
import type { CallCommand, CallOutcome } from '../state/protocol.js';
import { type ClosablePort, errorOf } from './fenced-port.js';

type Written = Exclude<CallResult, { readonly failure: unknown }>;

interface UnfencedPortParts {
  readonly phase: CallCommand['phase'];
  readonly path: string;
  /** Whether the app lets tasks do without what the store does not have. */
  readonly isAllowed: boolean;
  /** What a value becomes in the journal. */
  readonly resultOf: (value: unknown) => CallResult | Promise<CallResult>;
  /** The task's end is known. */
  readonly finished: (end: CallOutcome['end']) => void;
  /** Says that what is undone may be undone again. */
  readonly warn: () => void;
}

/**
 * The port of one call where the store takes part in no transactions. The task's transaction is a plain one: it is committed,
 * and then the step is written, so that who dies in between leaves the one without the other. All else is as with a fence, so
 * that tests without one find the same mistakes. A task is refused that where the app does not allow it; what is being undone is not.
 */
export class UnfencedPort implements ClosablePort {
  readonly #parts: UnfencedPortParts;
  #written: Written | undefined;
  #isCommitted = false;
  #isOver = false;

  constructor(parts: UnfencedPortParts) {
    this.#parts = parts;
  }

  open(): void {
    const { phase, path, isAllowed, warn } = this.#parts;
    if (!isAllowed && phase === 'execute') throw new TransactionError('NOT_TRANSACTIONAL', path);
    this.#checkTime();
    if (!isAllowed) warn();
  }

  async write(value: unknown): Promise<void> {
    const result = await this.#parts.resultOf(value);
    if ('failure' in result) throw errorOf(result.failure);
    this.#checkTime();
    this.#written = result;
  }

  async conclude(end: CommitEnd): Promise<boolean> {
    if (end !== 'committed' || this.#written === undefined) return false;
    this.#isCommitted = true;
    this.#parts.finished({ kind: 'result', ...this.#written });
    return true;
  }

  /** The task's code has ended; says whether that is news. */
  close(): boolean {
    this.#isOver = true;
    return !this.#isCommitted;
  }

  #checkTime(): void {
    if (this.#isCommitted || this.#isOver) throw new TransactionError('TRANSACTION_LATE', this.#parts.path);
  }
}
