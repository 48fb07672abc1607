import type { Row, RunStatement, Sql, Statement } from '../../sql/index.js';

/** Whoever takes statements: a PGlite, or a transaction of one. */
export interface PgliteStatements {
  query(text: string, params?: unknown[]): Promise<{ readonly rows: unknown[]; readonly affectedRows?: number }>;
}

/** What is needed of a PGlite, said in structure. */
export interface PgliteDatabase extends PgliteStatements {
  transaction<Result>(work: (transaction: PgliteStatements) => Promise<Result>): Promise<Result>;
}

/** One backend that does one statement after the other: nothing is prepared, and there is nothing to be borrowed. */
export class PgliteSql implements Sql {
  readonly #database: PgliteDatabase;
  readonly #end: () => Promise<void>;

  constructor(database: PgliteDatabase, end: () => Promise<void>) {
    this.#database = database;
    this.#end = end;
  }

  async query({ text }: Statement, params: readonly unknown[]): Promise<readonly Row[]> {
    return (await this.#database.query(text, [...params])).rows as Row[];
  }

  async change({ text }: Statement, params: readonly unknown[]): Promise<number> {
    return (await this.#database.query(text, [...params])).affectedRows ?? 0;
  }

  async transaction<Result>(work: (run: RunStatement) => Promise<Result>): Promise<Result> {
    return this.#database.transaction((transaction) =>
      work(async (text, params = []) => (await transaction.query(text, [...params])).rows as Row[]),
    );
  }

  async close(): Promise<void> {
    await this.#end();
  }
}
