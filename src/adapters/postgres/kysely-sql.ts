import { CompiledQuery } from 'kysely';
import type { Row, Sql, Statement } from '../../sql/index.js';

/** What is needed of a Kysely, whatever its tables are. */
export interface KyselyDatabase {
  executeQuery<R>(query: CompiledQuery<R>): Promise<{ readonly rows: R[]; readonly numAffectedRows?: bigint }>;
  /** Plugins may rename what comes back, such as from snake_case to camelCase. */
  withoutPlugins(): KyselyDatabase;
  connection(): { execute<T>(callback: (connection: KyselyDatabase) => Promise<T>): Promise<T> };
}

/** The user's own Kysely: its plugins don't see our statements, and it is never closed from here. */
export class KyselySql implements Sql {
  readonly #kysely: KyselyDatabase;

  constructor(kysely: KyselyDatabase) {
    this.#kysely = kysely.withoutPlugins();
  }

  async query({ text }: Statement, params: readonly unknown[]): Promise<readonly Row[]> {
    return execute(this.#kysely, text, params);
  }

  async change({ text }: Statement, params: readonly unknown[]): Promise<number> {
    return Number((await this.#kysely.executeQuery(CompiledQuery.raw(text, [...params]))).numAffectedRows ?? 0);
  }

  async transaction<Result>(
    work: (run: (text: string, params?: readonly unknown[]) => Promise<readonly Row[]>) => Promise<Result>,
  ): Promise<Result> {
    return this.#kysely.connection().execute(async (connection) => {
      const run = (text: string, params: readonly unknown[] = []) => execute(connection, text, params);
      try {
        await run('begin');
        const result = await work(run);
        await run('commit');
        return result;
      } catch (error) {
        await run('rollback').catch(() => undefined);
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    // It is the user's.
  }
}

async function execute(kysely: KyselyDatabase, text: string, params: readonly unknown[]): Promise<readonly Row[]> {
  return (await kysely.executeQuery(CompiledQuery.raw(text, [...params]) as CompiledQuery<Row>)).rows;
}
