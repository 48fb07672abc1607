import {
  Answers,
  answerMs,
  CLOSING_MS,
  END_READ_ONLY,
  inTransaction,
  isLost,
  isReadOnly,
  type Row,
  type RunStatement,
  type Sql,
  type Statement,
} from '../../sql/index.js';
import { CHANGING_MS } from './bounds.js';
import type { PgClient, PgPool, PgResult } from './pg-pool.js';
import { listenTo } from './pool-errors.js';

export interface PoolSqlOptions {
  /** Done once to each new connection; only for pools of our own, as what it sets stays. */
  readonly greet?: (client: PgClient) => Promise<void>;
  /** Whether statements are prepared, and known by their names from then on. Default: true. */
  readonly prepares?: boolean;
  /** Whether `close` ends the pool. */
  readonly own: boolean;
}

const ignore = (): void => undefined;

export class PoolSql implements Sql {
  readonly #pool: PgPool;
  readonly #options: PoolSqlOptions;
  readonly #answers = new Answers();
  readonly #greeted = new WeakSet<PgClient>();
  /** How many connections had been lost when a client was first seen. */
  readonly #lossesBefore = new WeakMap<PgClient, number>();
  #losses = 0;

  constructor(pool: PgPool, options: PoolSqlOptions) {
    this.#pool = pool;
    this.#options = options;
    listenTo(pool);
  }

  async query(statement: Statement, params: readonly unknown[]): Promise<readonly Row[]> {
    return (await this.#send(statement, params)).rows as Row[];
  }

  async change(statement: Statement, params: readonly unknown[]): Promise<number> {
    return (await this.#send(statement, params)).rowCount ?? 0;
  }

  async transaction<Result>(work: (run: RunStatement) => Promise<Result>): Promise<Result> {
    return this.#borrow(answerMs(), (client) => {
      const run: RunStatement = async (text, params = []) => {
        const answer = this.#answers.within(CHANGING_MS, () => client.query({ text, values: [...params] }));
        return (await answer).rows as Row[];
      };
      // Nothing is changed yet, so it takes no longer than a question.
      return inTransaction(run, work, () => this.#answers.within(answerMs(), () => client.query({ text: 'begin' })));
    });
  }

  async close(): Promise<void> {
    await this.#answers.close();
    // One that is just being connected ends by itself.
    if (this.#options.own) await new Answers().within(CLOSING_MS, () => this.#pool.end()).catch(ignore);
  }

  #send({ name, text, ...more }: Statement, params: readonly unknown[]): Promise<PgResult> {
    const values = [...params];
    const config = this.#options.prepares === false ? { text, values } : { name, text, values };
    const waitMs = answerMs(params, more);
    return this.#borrow(waitMs, (client) => this.#answers.within(waitMs, () => client.query(config)));
  }

  async #borrow<Result>(waitMs: number, work: (client: PgClient) => Promise<Result>): Promise<Result> {
    const client = await this.#connect(waitMs);
    client.on('error', ignore);
    let lost = false;
    try {
      await this.#greet(client);
      return await work(client);
    } catch (error) {
      lost = isLost(error);
      if (lost) this.#losses++;
      if (isReadOnly(error)) await this.#answers.within(CLOSING_MS, () => client.query({ text: END_READ_ONLY })).catch(ignore);
      throw error;
    } finally {
      client.removeListener('error', ignore);
      // A connection that did not answer may still answer the wrong question later.
      client.release(lost);
    }
  }

  /** What ended one connection ended the idle ones beside it, as a rule: those are not tried one after the other. */
  async #connect(waitMs: number): Promise<PgClient> {
    for (;;) {
      const client = await this.#lent(waitMs);
      const before = this.#lossesBefore.get(client);
      if (before === undefined) this.#lossesBefore.set(client, this.#losses);
      if (before === undefined || before === this.#losses) return client;
      client.release(true);
    }
  }

  /** A client of the pool. One that comes after its caller has given up goes back. */
  async #lent(waitMs: number): Promise<PgClient> {
    const lending = this.#pool.connect();
    try {
      return await this.#answers.within(waitMs, () => lending);
    } catch (error) {
      lending.then((client) => client.release(), ignore);
      throw error;
    }
  }

  async #greet(client: PgClient): Promise<void> {
    const { greet } = this.#options;
    if (greet === undefined || this.#greeted.has(client)) return;
    await this.#answers.within(answerMs(), () => greet(client));
    this.#greeted.add(client);
  }
}
