import type { PgLender, PgSession } from './pg-pool.js';

interface KyselyTransactionBuilder {
  setIsolationLevel(level: 'read committed'): KyselyTransactionBuilder;
  execute<Result>(work: (trx: unknown) => Promise<Result>): Promise<Result>;
}

/** What is needed of a Kysely that a task's transaction is begun with. */
export interface KyselyTransactions {
  transaction(): KyselyTransactionBuilder;
  executeQuery: unknown;
}

/** What a task can end with a transaction of: a Kysely, or a pool or client of `pg`. */
export type TransactionSource = KyselyTransactions | PgLender | PgSession;

/** What the function of `transaction` is given: Kysely's `Transaction`, the client that the pool lends, or the client itself. */
export type TransactionOf<Source> = Source extends { transaction(): { execute(work: (trx: infer Trx) => Promise<never>): unknown } }
  ? Trx
  : Source extends { readonly totalCount: number }
    ? LentBy<Source>
    : Source;

/** By a pool of pg, whose `connect` takes a callback, too, or gives only a promise. */
type LentBy<Pool> = Pool extends { connect: { (): Promise<infer Client>; (callback: never): void } }
  ? Client
  : Pool extends { connect(): Promise<infer Client> }
    ? Client
    : never;
