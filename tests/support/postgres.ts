import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { beforeAll, describe, inject } from 'vitest';

export interface TestDatabase {
  /** Of a database that is this file's alone. */
  readonly url: string;
  /** A connection to it, for looking and tampering. */
  readonly admin: pg.Pool;
}

/** Tests that need PostgreSQL: skipped, visibly, where there is none (never in CI, where the run fails before). */
export function describePostgres(name: string, tests: (database: () => TestDatabase) => void): void {
  const server = inject('postgresUrl');
  if (server === undefined) {
    describe.skip(`${name} (no PostgreSQL: ${inject('postgresMissing') ?? 'unknown reason'})`, () => tests(never));
    return;
  }
  describe(name, () => {
    let database: TestDatabase | undefined;
    beforeAll(async () => {
      const made = await createDatabase(server);
      database = made;
      return made.drop;
    });
    tests(() => database ?? never());
  });
}

/** One new database; `drop` removes it, whoever is connected. */
export async function createDatabase(server: string): Promise<TestDatabase & { drop(): Promise<void> }> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await once(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const admin = new pg.Pool({ connectionString: url.href, max: 2 });
  admin.on('error', () => undefined);
  return {
    url: url.href,
    admin,
    async drop() {
      await admin.end();
      await once(server, `drop database ${name} with (force)`);
    },
  };
}

async function once(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

function never(): never {
  throw new Error('there is no database here');
}
