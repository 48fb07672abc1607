import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { postgres } from '../../src/adapters/postgres/index.js';
import { describeJournal } from '../conformance/journal.js';
import { describePostgres } from '../support/postgres.js';
import { byUrl, type Connect, postgresRig } from './postgres-rig.js';

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
  ['pool', byPool],
  ['Kysely', byKysely],
];

for (const [name, connect] of KINDS) {
  describePostgres(`PostgreSQL by ${name}`, (database) => describeJournal(`postgres, ${name}`, () => postgresRig(database(), connect)));
}
