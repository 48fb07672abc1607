import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { connect } from '../../src/adapters/postgres/connect.js';
import { type PostgresOptions, postgres, prepareSchema } from '../../src/adapters/postgres/index.js';
import { PoolSql } from '../../src/adapters/postgres/pool-sql.js';
import type { Journal } from '../../src/persistence/index.js';
import { encodeItem, paramsOf } from '../../src/sql/append/append-params.js';
import { appendStatement } from '../../src/sql/append/append-statements.js';
import { statement } from '../../src/sql/client/statement.js';
import { migrate, quoted } from '../../src/sql/schema/migrate.js';
import { allMigrations } from '../../src/sql/schema/migrations/all-migrations.js';
import type { Migration } from '../../src/sql/schema/migrations/migration.js';
import { appendOne, begun, entriesOf, sampleRun } from '../conformance/journal/samples.js';
import { describePostgres } from '../support/postgres.js';
import { startWire } from '../support/wire.js';

describePostgres('the schema', (database) => {
  const open = async (options: PostgresOptions, url = database().url) => {
    const journal = postgres(url, options).connect();
    await journal.open();
    return journal;
  };
  const versions = async (schema: string) =>
    (await database().admin.query(`select version, name from "${schema}".migrations order by version`)).rows;
  const expected = allMigrations.map(({ version, name }) => ({ version, name }));

  test('is made once by many starters at the same moment', async () => {
    for (let round = 0; round < 3; round++) {
      const schema = `starters_${round}`;
      const journals = await Promise.all(Array.from({ length: 8 }, () => open({ schema })));
      expect(await versions(schema)).toEqual(expected);
      await Promise.all(journals.map(async (journal) => appendOne(journal, (await begun(journal)).item(1))));
      for (const journal of journals) await journal.close();
    }
  });

  test('may have any name, and two of them share nothing', async () => {
    const [one, other] = [await open({ schema: 'a "b" -- c' }), await open({ schema: 'Ω' })];
    const run = await begun(one);
    expect(await other.find({ runId: run.runId })).toBeUndefined();
    expect(await one.find({ runId: run.runId })).toBeDefined();
    for (const journal of [one, other]) await journal.close();
    for (const schema of ['', 'a\0b', 'x'.repeat(64)]) expect(() => postgres(database().url, { schema })).toThrow(TypeError);
  });

  test('is changed beside those who use it: whoever holds a table for long keeps the change waiting, and no writer behind it', async () => {
    const { url, admin } = database();
    const sql = new PoolSql(new pg.Pool({ connectionString: url, max: 1 }), { own: true });
    await migrate(sql, { schema: 'used', migrate: true, migrations: allMigrations.slice(0, 6) });
    const reader = new pg.Client({ connectionString: url });
    await reader.connect();
    await reader.query('begin; select from used.runs');
    let isChanged = false;
    const change = migrate(sql, { schema: 'used', migrate: true }).then(() => {
      isChanged = true;
    });
    const waiting = `select from pg_locks where not granted and mode = 'AccessExclusiveLock' and relation = 'used.runs'::regclass`;
    await vi.waitFor(async () => expect((await admin.query(waiting)).rows).toHaveLength(1), { timeout: 40_000 });
    await admin.query('delete from used.runs');
    expect(isChanged).toBe(false);
    await reader.query('commit');
    await change;
    expect(await versions('used')).toEqual(expected);
    await reader.end();
    await sql.close();
  });

  test('that a newer version has changed is refused when the change breaks this one, and only then', async () => {
    await (await open({ schema: 'newer' })).close();
    const { admin } = database();
    await admin.query(`insert into newer.migrations (version, name, breaking) values (999, 'views', false)`);
    await (await open({ schema: 'newer' })).close();
    await admin.query(`insert into newer.migrations (version, name, breaking) values (1000, 'other-journal', true)`);
    const message = expect.stringMatching(/'newer' was changed by a newer flowproof \(migration 1000, 'other-journal'\)/);
    await expect(open({ schema: 'newer' })).rejects.toMatchObject({ code: 'STORE_SCHEMA', message });
    await expect(open({ schema: 'newer', migrate: false })).rejects.toMatchObject({ code: 'STORE_SCHEMA' });
  });

  test('is not touched with migrate: false', async () => {
    await expect(open({ schema: 'untouched', migrate: false })).rejects.toMatchObject({ code: 'STORE_SCHEMA' });
    expect((await database().admin.query(`select 1 from pg_namespace where nspname = 'untouched'`)).rows).toEqual([]);
    await (await open({ schema: 'untouched' })).close();
    await (await open({ schema: 'untouched', migrate: false })).close();
  });

  test('moves on by one migration, or not at all', async () => {
    const sql = new PoolSql(new pg.Pool({ connectionString: database().url, max: 1 }), { own: true });
    const schema = 'moving';
    await migrate(sql, { schema, migrate: true });
    const next = (text: string) => [
      ...allMigrations,
      { version: 900, name: 'next', breaking: false, statements: (s: string) => [`create table ${s}.extra (n int)`, text] },
    ];
    await expect(migrate(sql, { schema, migrate: true, migrations: next('no sql') })).rejects.toThrow();
    expect(await versions(schema)).toEqual(expected);
    await expect(migrate(sql, { schema, migrate: false, migrations: next('select 1') })).rejects.toMatchObject({ code: 'STORE_SCHEMA' });
    await migrate(sql, { schema, migrate: true, migrations: next('select 1') });
    expect(await versions(schema)).toEqual([...expected, { version: 900, name: 'next' }]);
    await sql.close();
  });

  test('once made needs no more rights than reading and writing rows', async () => {
    await (await open({ schema: 'plain' })).close();
    const role = `role_${randomUUID().replaceAll('-', '')}`;
    const { admin } = database();
    await admin.query(
      `create role ${role} login; grant usage on schema plain to ${role}; grant select, insert, update, delete on all tables in schema plain to ${role}`,
    );
    const url = new URL(database().url);
    url.username = role;
    const journal = await open({ schema: 'plain' }, url.href);
    const run = await begun(journal, 2);
    await journal.send({ id: 'm', runId: run.runId, kind: 'suspend' });
    expect(await entriesOf(journal, run.runId)).toHaveLength(3);
    await journal.close();
    await expect(open({ schema: 'other' }, url.href)).rejects.toMatchObject({ code: 'STORE_SCHEMA' });
    await admin.query(`drop owned by ${role}; drop role ${role}`);
  });

  test('is not prepared where names can’t be names: nothing is asked of the server', async () => {
    const nowhere = 'postgres://127.0.0.1:1/nowhere';
    for (const odd of ['', 'a\0b', 'x'.repeat(64), 5 as unknown as string, null as unknown as string]) {
      await expect(prepareSchema(nowhere, { schema: odd })).rejects.toThrow(TypeError);
      await expect(prepareSchema(nowhere, { grantTo: odd })).rejects.toThrow(/^.* can't be the name of a role$/);
    }
  });

  test('is made though the server ends transactions in which nothing was asked for a moment', async () => {
    const role = `hasty_${randomUUID().replaceAll('-', '')}`;
    const { admin } = database();
    await admin.query(`create role ${role} superuser login; alter role ${role} set idle_in_transaction_session_timeout = '100ms'`);
    const sql = new PoolSql(new pg.Pool({ connectionString: Object.assign(new URL(database().url), { username: role }).href, max: 1 }), {
      own: true,
    });
    // The event loop is late.
    const statements = (): readonly string[] => {
      const until = performance.now() + 300;
      while (performance.now() < until);
      return [];
    };
    const late: Migration = { version: 900, name: 'late', breaking: false, statements };
    await migrate(sql, { schema: 'hasty', migrate: true, migrations: [...allMigrations, late] });
    expect(await versions('hasty')).toHaveLength(allMigrations.length + 1);
    await sql.close();
    await admin.query(`drop owned by ${role} cascade; drop role ${role}`);
  });

  test('says what it is to whoever looks into it: each table and view, and each column of a table', async () => {
    await (await open({ schema: 'described' })).close();
    const { rows } = await database().admin.query<{ name: string; comment: string | null }>(
      `select c.relname || coalesce('.' || a.attname, '') as name, coalesce(col_description(c.oid, a.attnum), obj_description(c.oid, 'pg_class')) as comment
       from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and c.relkind = 'r'
       where c.relnamespace = 'described'::regnamespace and c.relkind in ('r', 'v')
       union all select relname, obj_description(oid, 'pg_class') from pg_class where relnamespace = 'described'::regnamespace and relkind = 'r'`,
    );
    expect(rows.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['journal', 'journal.run_id', 'runs.ended_at', 'atoms', 'timeline']),
    );
    for (const { name, comment } of rows) expect(comment, name).toMatch(/[.;]/);
    // A column without a comment of its own would show its table's.
    const own = rows.filter(({ name }) => name.includes('.')).map(({ comment }) => comment);
    const tables = rows.filter(({ name }) => !name.includes('.')).map(({ comment }) => comment);
    expect(own.filter((comment) => tables.includes(comment))).toEqual([]);
  });

  test('is prepared by a role that owns it, for one that only uses it', async () => {
    const { admin } = database();
    const id = randomUUID().replaceAll('-', '');
    const [owner, user] = [`owner_${id}`, `user_${id}`];
    const { rows } = await admin.query<{ name: string }>('select current_database() as name');
    await admin.query(`create role ${owner} login; create role ${user} login; grant create on database ${rows[0]?.name} to ${owner}`);
    const as = (role: string) => Object.assign(new URL(database().url), { username: role }).href;
    const schema = 'deployed';
    const remedy = expect.stringMatching(/permission denied .* grantTo: this one/);
    await expect(prepareSchema(as(user), { schema })).rejects.toMatchObject({ code: 'STORE_SCHEMA', message: remedy });
    await expect(open({ schema, migrate: false }, as(user))).rejects.toMatchObject({ code: 'STORE_SCHEMA' });
    await prepareSchema(as(owner), { schema });
    await expect(open({ schema, migrate: false }, as(user))).rejects.toMatchObject({ code: 'STORE_SCHEMA' });
    await Promise.all([1, 2, 3].map(() => prepareSchema(as(owner), { schema, grantTo: user })));
    const journal = await open({ schema, migrate: false }, as(user));
    const run = await begun(journal, 2);
    expect(await entriesOf(journal, run.runId)).toHaveLength(3);
    // A right that is taken away does not come back by waiting.
    await admin.query(`revoke insert on ${schema}.journal from ${user}`);
    expect(await journal.append([run.item(3)])).toMatchObject([{ kind: 'unknown', cause: { code: 'STORE_SCHEMA' } }]);
    await prepareSchema(as(owner), { schema, grantTo: user });
    expect(await journal.append([run.item(3)])).toMatchObject([{ kind: 'ok' }]);
    await journal.close();
    const pool = new pg.Pool({ connectionString: as(user), max: 1 });
    expect((await pool.query(`select * from ${schema}.atoms`)).rows).toHaveLength(4);
    await expect(pool.query(`drop table ${schema}.journal`)).rejects.toMatchObject({ code: '42501' });
    await pool.end();
    await admin.query(`drop schema ${schema} cascade; drop owned by ${owner}, ${user}; drop role ${owner}, ${user}`);
  });
});

describePostgres('what is borrowed', (database) => {
  test('comes back as it was: a pool keeps its settings and its life', async () => {
    const pool = new pg.Pool({ connectionString: database().url, max: 1 });
    const journal = postgres(pool).connect();
    await journal.open();
    const run = await begun(journal, 1);
    await appendOne(journal, run.item(2, { durability: 'relaxed' }));
    await appendOne(journal, run.item(2));
    await journal.close();
    for (const [setting, value] of Object.entries({
      enable_seqscan: 'on',
      plan_cache_mode: 'auto',
      lock_timeout: '0',
      synchronous_commit: 'on',
    })) {
      expect((await pool.query(`show ${setting}`)).rows).toEqual([{ [setting]: value }]);
    }
    await pool.end();
  });

  test('is listened to once, however many use it, so that no connection of it ends the process', async () => {
    const wire = await startWire(database().url);
    const pool = new pg.Pool({ connectionString: wire.url, max: 3 });
    const journals = Array.from({ length: 12 }, () => postgres(pool).connect());
    for (const journal of journals) await journal.open();
    const run = await begun(journals[0] as Journal, 1);
    const clients = await Promise.all([pool.connect(), pool.connect(), pool.connect()]);
    for (const client of clients) client.release();
    const listeners = () => [
      pool.listenerCount('error'),
      pool.listenerCount('connect'),
      ...clients.map((one) => one.listenerCount('error')),
    ];
    // Of an idle client, one is the pool's own.
    expect(listeners()).toEqual([1, 1, 2, 2, 2]);
    const endAll = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
    await database().admin.query(endAll);
    wire.endGreeted(2);
    const found = await Promise.all(journals.map((journal) => journal.find({ runId: run.runId })));
    expect(new Set(found.map((one) => one?.runId))).toEqual(new Set([run.runId]));
    for (const journal of journals) await journal.close();
    await database().admin.query(endAll);
    await pool.query('select 1').catch(() => undefined);
    expect(pool.listenerCount('error')).toBe(1);
    await pool.end();
    await wire.close();
  });

  test('of our own, has plans, no scans and no compiler', async () => {
    const { sql, lanes, close } = connect({ source: database().url, lanes: 1, pooler: 'none' });
    for (const one of [sql, ...lanes]) {
      for (const [setting, value] of Object.entries({ enable_seqscan: 'off', plan_cache_mode: 'force_generic_plan', jit: 'off' })) {
        expect(await one.query(statement(`select current_setting('${setting}') as is`), [])).toEqual([{ is: value }]);
      }
    }
    await close();
  });

  test('a relaxed append asks not to wait for the disk, and only for itself', async () => {
    const journal = postgres(database().url).connect();
    await journal.open();
    const run = await begun(journal);
    const client = await database().admin.connect();
    for (const relaxed of [true, false]) {
      const form = { rows: 'one', changes: false, relaxed, skips: false, hurries: false, frees: false } as const;
      await client.query('begin');
      const { rowCount } = await client.query(appendStatement(quoted('flowproof'), form).text, [
        ...paramsOf([encodeItem(run.item(1))], form),
      ]);
      expect(rowCount).toBe(1);
      expect((await client.query('show synchronous_commit')).rows).toEqual([{ synchronous_commit: relaxed ? 'off' : 'on' }]);
      await client.query('rollback');
    }
    client.release();
    await journal.close();
  });
});

describePostgres('what PostgreSQL can’t keep', (database) => {
  test('is refused by itself, and harms nothing else', async () => {
    const journal = postgres(database().url).connect();
    await journal.open();
    const [a, b] = [await begun(journal), await begun(journal)];
    const broken = { ...b.item(1), entry: b.entry(1, undefined, { stepId: 'not hexadecimal' }) };
    expect(await journal.append([broken])).toMatchObject([{ kind: 'refused' }]);
    expect((await journal.append([a.item(1), broken])).map(({ kind }) => kind)).toEqual(['ok', 'refused']);
    expect(await appendOne(journal, b.item(1))).toBe('ok');
    await expect(journal.createRun(sampleRun({ key: 'a\0b' }).create)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await journal.find({ key: 'a\0b' })).toBeUndefined();
    await journal.close();
    await expect(journal.find({ key: 'x' })).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });
});

describe('an address', () => {
  test('is not opened before it is asked for', async () => {
    const journal = postgres('postgres://nobody@127.0.0.1:1/none').connect();
    await expect(journal.runs({})).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await journal.close();
  });
});
