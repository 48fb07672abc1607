import type pg from 'pg';
import {
  Answers,
  answerMs,
  CLOSING_MS,
  END_READ_ONLY,
  isLost,
  isReadOnly,
  type Row,
  type Statement,
  type Statements,
} from '../../sql/index.js';
import type { OwnClient } from './own-client.js';

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
  readonly #answers = new Answers();
  #client: Promise<OwnClient> | undefined;
  /** Of which an end is still to come. */
  #current: OwnClient | undefined;

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
    await this.#answers.close();
    await this.#current?.end().catch(ignore);
  }

  async #send({ name, text, ...more }: Statement, params: readonly unknown[]): Promise<pg.QueryResult<Row>> {
    this.#client ??= this.#open();
    const client = await this.#client;
    client.ref();
    try {
      return await this.#answers.within(answerMs(params, more), () => client.query<Row>({ name, text, values: params as unknown[] }));
    } catch (error) {
      if (isReadOnly(error)) await this.#answers.within(CLOSING_MS, () => client.query(END_READ_ONLY)).catch(ignore);
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
    this.#current = client;
    try {
      await this.#answers.within(answerMs(), async () => {
        await client.connect();
        await client.query(this.#params.settings);
      });
      client.once('end', () => this.#drop(client));
      return client;
    } catch (error) {
      this.#drop(client);
      throw error;
    }
  }
}
