import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { PoolSql } from '../../src/adapters/postgres/pool-sql.js';
import { migrate } from '../../src/sql/schema/migrate.js';
import { allMigrations } from '../../src/sql/schema/migrations/all-migrations.js';
import { describePostgres } from '../support/postgres.js';
import { difference, dumpSchema } from './schema-dump.js';

describePostgres('each migration', (database) => {
  test.each(
    allMigrations.map(({ version, name }, index) => [`${String(version).padStart(4, '0')}-${name}`, index] as const),
  )('%s: changes what its file in tests/adapters/schema shows, and nothing else', async (name, index) => {
    const sql = new PoolSql(new pg.Pool({ connectionString: database().url, max: 1 }), { own: true });
    const dumpOf = async (count: number): Promise<readonly string[]> => {
      const schema = `dump_${index}_${count}`;
      if (count > 0) await migrate(sql, { schema, migrate: true, migrations: allMigrations.slice(0, count) });
      return count > 0 ? dumpSchema(database().admin, schema) : [];
    };
    const text = difference(await dumpOf(index), await dumpOf(index + 1));
    await sql.close();
    await expect(text).toMatchFileSnapshot(`schema/${name}.txt`);
  });

  test('is seen with all that it changes: a column, a comment, an index, a constraint, a view', async () => {
    const { admin } = database();
    await admin.query('create schema watched; create table watched.a (id int primary key, text text)');
    const states = [await dumpSchema(admin, 'watched')];
    for (const change of [
      'alter table watched.a add n bigint not null default 7',
      `comment on column watched.a.n is 'A number.'`,
      'create index on watched.a (n) where n > 0',
      'alter table watched.a add check (n <> 8)',
      'alter table watched.a set (fillfactor = 50)',
      'create view watched.v as select n from watched.a',
      'alter table watched.a drop column text',
    ]) {
      await admin.query(change);
      states.push(await dumpSchema(admin, 'watched'));
    }
    for (let index = 1; index < states.length; index++) expect(states[index]).not.toEqual(states[index - 1]);
  });
});

describe('a difference', () => {
  test('shows what came, what went and what stayed', () => {
    expect(difference(['a', 'b'], ['b', 'c'])).toBe('- a\n  b\n+ c\n');
  });
});
