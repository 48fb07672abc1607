import { randomBytes, randomUUID } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { expect, test } from 'vitest';
import { postgres, transaction } from '../../src/adapters/postgres/index.js';
import { defineTask, encrypted, flowproof, linear, type Persistence, type TaskContext } from '../../src/index.js';
import { CANARY, everythingShown, tellers } from '../app/secret-flows.js';
import { marking } from '../conformance/journal/marking.js';
import { describeJournal } from '../conformance/journal.js';
import { describePglite } from '../support/pglite.js';
import { describePostgres } from '../support/postgres.js';
import { byUrl, type Connect, postgresRig } from './postgres-rig.js';

const keys = [{ id: 'k1', key: randomBytes(32) }];
const START_MS = 60_000;

/** Asks with text, and gives rows. */
type Query = (sql: string) => Promise<readonly object[]>;

/** Every row of every table and view of a schema, as text, by the name of the table. */
async function dumped(query: Query, schema: string): Promise<Record<string, string>> {
  const tables = await query(`select table_name from information_schema.tables where table_schema = '${schema}' order by 1`);
  const dump: Record<string, string> = {};
  for (const { table_name: table } of tables as readonly { table_name: string }[]) {
    dump[table] = JSON.stringify(await query(`select t::text from "${schema}"."${table}" t`));
  }
  return dump;
}

async function provesNothingIsSeen(query: Query, storeIn: (schema: string) => Persistence): Promise<void> {
  const [open, shut] = [`Open ${randomUUID()}`, `Shut ${randomUUID()}`];
  const unmarked = await everythingShown(storeIn(open), false);
  expect(tellers(unmarked.shown)).toEqual(Object.keys(unmarked.shown));
  expect(tellers(await dumped(query, open))).toEqual(['atoms', 'events', 'journal', 'timeline']);

  const { shown, services } = await everythingShown(encrypted(storeIn(shut), { keys, values: 'secrets' }), true);
  expect(tellers(shown)).toEqual([]);
  expect(services.seen).toEqual(unmarked.services.seen);
  const dump = await dumped(query, shut);
  expect(Object.keys(dump)).toEqual(expect.arrayContaining(['atoms', 'events', 'inbox', 'journal', 'runs', 'shapes', 'timeline']));
  expect(tellers(dump)).toEqual([]);
  // What is no secret stays readable, in the tables and in the views.
  for (const table of ['journal', 'timeline']) expect(/u-1.*~sealed/.test(dump[table] ?? '')).toBe(true);
  expect(dump.runs?.includes('~sealed:k1.')).toBe(true);
}

const marked: Connect = (url, options) => {
  const store = byUrl(url, options);
  return { ...store, persistence: marking(encrypted(store.persistence, { keys, values: 'secrets' })) };
};

describePostgres('PostgreSQL with secrets', (database) => {
  describeJournal('postgres, secrets encrypted', () => postgresRig(database(), marked), { what: 'around', isTransactional: true });
});

describePostgres('secrets in PostgreSQL', (database) => {
  test('are in no table and no view, and in nothing that is told', { timeout: START_MS }, async () => {
    const { url, admin } = database();
    await provesNothingIsSeen(
      async (sql) => (await admin.query<object>(sql)).rows,
      (schema) => postgres(url, { schema }),
    );
  });

  test('that a task gives in a transaction of its own are encrypted in it', async () => {
    const { url, admin } = database();
    const schema = `Trx ${randomUUID()}`;
    await admin.query('create table issued (n int)');
    const issue = defineTask({
      name: 'issue',
      provides: ['token', 'n'],
      secret: ['token'],
      execute: (_: object, ctx: TaskContext<{ db: Kysely<{ issued: { n: number } }> }>) =>
        transaction(ctx, ctx.services.db, async (trx) => {
          await trx.insertInto('issued').values({ n: 7 }).execute();
          return { token: CANARY, n: 7 };
        }),
    });
    const flow = linear('issuing').add(issue).build();
    const db = new Kysely<{ issued: { n: number } }>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }) });
    await using app = flowproof({
      persistence: encrypted(postgres(url, { schema }), { keys, values: 'secrets' }),
      flows: [flow],
      services: { db },
    });
    expect(await app.runOrThrow(flow)).toEqual({ token: CANARY, n: 7 });
    expect((await admin.query('select n from issued')).rows).toEqual([{ n: 7 }]);
    const dump = await dumped(async (sql) => (await admin.query<object>(sql)).rows, schema);
    expect(tellers(dump)).toEqual([]);
    expect(dump.journal?.includes('~sealed')).toBe(true);
    await db.destroy();
  });
});

describePglite('secrets in PGlite', () => {
  test('are in no table and no view, and in nothing that is told', { timeout: START_MS }, async () => {
    const { PGlite } = await import('@electric-sql/pglite');
    const { pglite } = await import('../../src/adapters/pglite/index.js');
    const database = new PGlite();
    await provesNothingIsSeen(
      async (sql) => (await database.query<object>(sql)).rows,
      (schema) => pglite(database, { schema }),
    );
    await database.close();
  });
});
