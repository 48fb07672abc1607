import { isLost, type Row, type Sql, type Statement } from '../../sql/index.js';

/** What is needed of a client of pg. */
export interface PgClient {
  query(config: {
    readonly name?: string;
    readonly text: string;
    readonly values?: unknown[];
  }): Promise<{ readonly rows: unknown[]; readonly rowCount: number | null }>;
  release(destroy?: boolean | Error): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** What is needed of a pool of pg; said in structure, so that the types of pg are not asked of everybody. */
export interface PgPool {
  connect(): Promise<PgClient>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

export interface PoolSqlOptions {
  /** Done once to each new connection; only for pools of our own, as what it sets stays. */
  readonly greet?: (client: PgClient) => Promise<void>;
  /** Whether statements are prepared, and known by their names from then on. Default: true. */
  readonly prepares?: boolean;
  /** Whether `close` ends the pool. */
  readonly own: boolean;
}

/** An error of an idle connection has nobody to be told: the next query gets another one. Without a listener it ends the process. */
const ignore = (): void => undefined;

export class PoolSql implements Sql {
  readonly #pool: PgPool;
  readonly #options: PoolSqlOptions;
  readonly #greeted = new WeakSet<PgClient>();
  /** How many connections had been lost when a client was first seen. */
  readonly #lossesBefore = new WeakMap<PgClient, number>();
  #losses = 0;

  constructor(pool: PgPool, options: PoolSqlOptions) {
    this.#pool = pool;
    this.#options = options;
    pool.on('error', ignore);
  }

  async query(statement: Statement, params: readonly unknown[]): Promise<readonly Row[]> {
    return this.#borrow(async (client) => (await client.query(this.#config(statement, params))).rows as Row[]);
  }

  async change(statement: Statement, params: readonly unknown[]): Promise<number> {
    return this.#borrow(async (client) => (await client.query(this.#config(statement, params))).rowCount ?? 0);
  }

  #config({ name, text }: Statement, params: readonly unknown[]) {
    const values = [...params];
    return this.#options.prepares === false ? { text, values } : { name, text, values };
  }

  async transaction<Result>(
    work: (run: (text: string, params?: readonly unknown[]) => Promise<readonly Row[]>) => Promise<Result>,
  ): Promise<Result> {
    return this.#borrow(async (client) => {
      const run = async (text: string, params: readonly unknown[] = []) =>
        (await client.query({ text, values: [...params] })).rows as Row[];
      try {
        await run('begin');
        const result = await work(run);
        await run('commit');
        return result;
      } catch (error) {
        await run('rollback').catch(ignore);
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    if (this.#options.own) await this.#pool.end();
    else this.#pool.removeListener('error', ignore);
  }

  async #borrow<Result>(work: (client: PgClient) => Promise<Result>): Promise<Result> {
    const client = await this.#connect();
    client.on('error', ignore);
    let lost = false;
    try {
      await this.#greet(client);
      return await work(client);
    } catch (error) {
      lost = isLost(error);
      if (lost) this.#losses++;
      throw error;
    } finally {
      client.removeListener('error', ignore);
      // A connection that did not answer may still answer the wrong question later.
      client.release(lost);
    }
  }

  /** What ended one connection ended the idle ones beside it, as a rule: those are not tried one after the other. */
  async #connect(): Promise<PgClient> {
    for (;;) {
      const client = await this.#pool.connect();
      const before = this.#lossesBefore.get(client);
      if (before === undefined) this.#lossesBefore.set(client, this.#losses);
      if (before === undefined || before === this.#losses) return client;
      client.release(true);
    }
  }

  async #greet(client: PgClient): Promise<void> {
    if (this.#options.greet === undefined || this.#greeted.has(client)) return;
    await this.#options.greet(client);
    this.#greeted.add(client);
  }
}
