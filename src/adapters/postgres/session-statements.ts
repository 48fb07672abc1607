import { Answers, type Row, type Statement, type Statements } from '../../sql/index.js';
import { CHANGING_MS } from './bounds.js';
import type { PgResult, PgSession } from './pg-pool.js';

/** Statements in the transaction that a client of the user's is in: nothing is prepared, and nothing stays. */
export class SessionStatements implements Statements {
  readonly #session: PgSession;
  readonly #answers = new Answers();

  constructor(session: PgSession) {
    this.#session = session;
  }

  async query(statement: Statement, params: readonly unknown[]): Promise<readonly Row[]> {
    return (await this.#send(statement, params)).rows as Row[];
  }

  async change(statement: Statement, params: readonly unknown[]): Promise<number> {
    return (await this.#send(statement, params)).rowCount ?? 0;
  }

  /** How long it waits for others is what that transaction says. */
  #send({ text }: Statement, params: readonly unknown[]): Promise<PgResult> {
    return this.#answers.within(CHANGING_MS, () => this.#session.query({ text, values: [...params] }));
  }
}
