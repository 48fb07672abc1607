import type pg from 'pg';
import { isLost, type Row, type Statement, type Statements } from '../../sql/index.js';

/** What the types of pg don't say: whether the connection keeps the process alive. */
export interface OwnClient extends pg.Client {
  ref(): void;
  unref(): void;
}

export interface ConnectionParams {
  /** A new client, not connected yet. */
  readonly client: () => OwnClient;
  /** Run once on each. */
  readonly settings: string;
}

const ignore = (): void => undefined;

/** One connection of our own, for one statement at a time: made when it is needed, and anew when it was lost. */
export class Connection implements Statements {
  readonly #params: ConnectionParams;
  #client: Promise<OwnClient> | undefined;
  #current: OwnClient | undefined;
  #closed = false;

  constructor(params: ConnectionParams) {
    this.#params = params;
  }

  async query(statement: Statement, params: readonly unknown[]): Promise<readonly Row[]> {
    return (await this.#send(statement, params)).rows;
  }

  async change(statement: Statement, params: readonly unknown[]): Promise<number> {
    return (await this.#send(statement, params)).rowCount ?? 0;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = await this.#client?.catch(ignore);
    client?.ref();
    await client?.end().catch(ignore);
  }

  async #send({ name, text }: Statement, params: readonly unknown[]): Promise<pg.QueryResult<Row>> {
    this.#client ??= this.#open();
    const client = await this.#client;
    client.ref();
    try {
      return await client.query<Row>({ name, text, values: params as unknown[] });
    } catch (error) {
      if (isLost(error)) this.#drop(client);
      throw error;
    } finally {
      client.unref();
    }
  }

  #drop(client: OwnClient): void {
    if (this.#current !== client) return;
    this.#current = undefined;
    this.#client = undefined;
    void client.end().catch(ignore);
  }

  async #open(): Promise<OwnClient> {
    const client = this.#params.client();
    client.on('error', ignore);
    try {
      if (this.#closed) throw new Error('this connection is closed');
      await client.connect();
      await client.query(this.#params.settings);
      client.once('end', () => this.#drop(client));
      this.#current = client;
      return client;
    } catch (error) {
      this.#client = undefined;
      void client.end().catch(ignore);
      throw error;
    }
  }
}
