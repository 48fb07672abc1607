/** What became of COMMIT, as far as the client can tell. */
export type CommitEnd = 'committed' | 'failed' | 'in-doubt';

/**
 * How a task's call reaches its run from outside of the engine, under the key `~flowproof` of its context, which spreading
 * keeps. Not for users: `transaction` of `flowproof/postgres` goes through it.
 */
export interface TransactionPort {
  /** To be asked before the transaction begins. @throws TransactionError `TRANSACTION_LATE` when what the task did is known already, `NOT_TRANSACTIONAL` */
  open(): void;
  /**
   * Writes what the task did, with this value as its result, into the transaction. Resolves when nothing but COMMIT is
   * left to be done; the run waits for that. Rejects when the transaction is to be rolled back. Where the store takes part in
   * no transactions, it is written when COMMIT is done.
   */
  write(value: unknown, transaction: unknown): Promise<void>;
  /** Tells what became of COMMIT, and finds it out where it is in doubt: whether it did its work. */
  conclude(end: CommitEnd): Promise<boolean>;
}
