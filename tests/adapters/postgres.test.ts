import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { transactionCases } from '../conformance/journal/transactions.js';
import { describeJournal, runCase } from '../conformance/journal.js';
import { describePostgres } from '../support/postgres.js';
import { byPooler, byUrl, type Connect, postgresRig } from './postgres-rig.js';

const byPool: Connect = (url, options) => {
  const pool = new pg.Pool({ connectionString: url, max: 3 });
  return { persistence: postgres(pool, options), end: () => pool.end() };
};

const byKysely: Connect = (url, options) => {
  const dialect = new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 3 }) });
  const kysely = new Kysely<{ unrelated: { id: number } }>({ dialect, plugins: [new CamelCasePlugin()] });
  return { persistence: postgres(kysely, options), end: () => kysely.destroy() };
};

const KINDS: readonly (readonly [name: string, connect: Connect])[] = [
  ['URL', byUrl],
  ['URL of a pooler', byPooler],
  ['pool', byPool],
  ['Kysely', byKysely],
];

for (const [name, connect] of KINDS) {
  describePostgres(`PostgreSQL by ${name}`, (database) =>
    describeJournal(`postgres, ${name}`, () => postgresRig(database(), connect), {
      isTransactional: connect === byUrl || connect === byPooler,
    }),
  );
}

describePostgres('the conformance suite fails a store that', (database) => {
  test('writes beside the transaction that it is given', async () => {
    const failed: string[] = [];
    for (const one of transactionCases) {
      const rig = await postgresRig(database());
      rig.journal.appendIn = async (_, item) => (await rig.journal.append([item]))[0] ?? { kind: 'stale' };
      await runCase(one, rig).catch(() => failed.push(one.name));
    }
    expect(failed).toEqual(
      expect.arrayContaining([
        'in a transaction: an entry is gone when that is rolled back, and its place is free',
        'in a transaction: summary and inbox change with the entry, and only if it stays',
      ]),
    );
  });
});
