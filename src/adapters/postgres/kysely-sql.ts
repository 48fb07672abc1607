import { randomUUID } from 'node:crypto';
import {
  Answers,
  answerMs,
  CLOSING_MS,
  END_READ_ONLY,
  inTransaction,
  isReadOnly,
  type Row,
  type RunStatement,
  type Sql,
  type Statement,
} from '../../sql/index.js';
import { CHANGING_MS } from './bounds.js';

interface KyselyResult {
  readonly rows: unknown[];
  readonly numAffectedRows?: bigint;
}

/** A statement as Kysely hands it to its driver. */
export interface KyselyQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** A node of Kysely's tree: never looked into, and of a type that is Kysely's own. */
  readonly query: never;
  readonly queryId: { readonly queryId: string };
}

/** What is needed of a Kysely, whatever its tables are; said in structure, so that Kysely is not asked of everybody. */
export interface KyselyDatabase {
  executeQuery(query: KyselyQuery): Promise<KyselyResult>;
  /** Plugins may rename what comes back, such as from snake_case to camelCase. */
  withoutPlugins(): KyselyDatabase;
  connection(): { execute<T>(callback: (connection: KyselyDatabase) => Promise<T>): Promise<T> };
}

export function isKysely(database: object | string): database is KyselyDatabase {
  return typeof database === 'object' && 'executeQuery' in database;
}

const ignore = (): void => undefined;

/** The user's own Kysely: its plugins don't see our statements, and it is never closed from here. */
export class KyselySql implements Sql {
  readonly #kysely: KyselyDatabase;
  readonly #answers = new Answers();
  readonly #waitMs: number | undefined;

  /** @param waitMs how long answers are waited for, if not as long as their statements say */
  constructor(kysely: KyselyDatabase, waitMs?: number) {
    this.#kysely = kysely.withoutPlugins();
    this.#waitMs = waitMs;
  }

  async query(statement: Statement, params: readonly unknown[]): Promise<readonly Row[]> {
    return (await this.#send(statement, params)).rows as Row[];
  }

  async change(statement: Statement, params: readonly unknown[]): Promise<number> {
    return Number((await this.#send(statement, params)).numAffectedRows ?? 0);
  }

  transaction<Result>(work: (run: RunStatement) => Promise<Result>): Promise<Result> {
    return this.#connected((connection) => {
      const run: RunStatement = async (text, params) =>
        (await this.#answers.within(CHANGING_MS, () => connection.executeQuery(rawQuery(text, params)))).rows as Row[];
      return inTransaction(run, work);
    });
  }

  /** Its connections are the user's. */
  async close(): Promise<void> {
    await this.#answers.close();
  }

  async #send({ text, ...more }: Statement, params: readonly unknown[]): Promise<KyselyResult> {
    const waitMs = this.#waitMs ?? answerMs(params, more);
    try {
      return await this.#answers.within(waitMs, () => this.#kysely.executeQuery(rawQuery(text, params)));
    } catch (error) {
      // A Kysely gives no connection up: the server has to. Most likely it is the one that was given back last.
      if (isReadOnly(error)) await this.#answers.within(CLOSING_MS, () => this.#kysely.executeQuery(rawQuery(END_READ_ONLY))).catch(ignore);
      throw error;
    }
  }

  /** Works on one connection. When it comes too late, nothing is done with it. */
  #connected<Done>(work: (connection: KyselyDatabase) => Promise<Done>): Promise<Done> {
    return new Promise((resolve, reject) => {
      let isLate = false;
      const lent = new Promise<void>((begin) => {
        const done = this.#kysely.connection().execute(async (connection) => {
          begin();
          if (!isLate) resolve(await work(connection));
        });
        done.catch(reject);
      });
      this.#answers
        .within(answerMs(), () => lent)
        .catch((error) => {
          isLate = true;
          reject(error);
        });
    });
  }
}

/** As of Kysely's own CompiledQuery.raw. */
function rawQuery(sql: string, parameters: readonly unknown[] = []): KyselyQuery {
  const query = { kind: 'RawNode', sqlFragments: [sql], parameters: [] } as never;
  return { sql, parameters: [...parameters], query, queryId: { queryId: randomUUID() } };
}
