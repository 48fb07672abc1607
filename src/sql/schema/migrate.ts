import { PersistenceError } from '../../model/errors.js';
import { inWords } from '../../model/in-words.js';
import type { Row, Sql } from '../client/sql.js';
import { isBlocked } from '../client/sql-errors.js';
import { statement } from '../client/statement.js';
import { allMigrations } from './migrations/all-migrations.js';
import type { Migration } from './migrations/migration.js';

export interface MigrateParams {
  /** As the user wrote it. */
  readonly schema: string;
  /** False: only look whether the schema is fit. */
  readonly migrate: boolean;
  readonly migrations?: readonly Migration[];
}

/** Runs a statement. */
export type Run = (text: string, params?: readonly unknown[]) => Promise<readonly Row[]>;

/**
 * Brings the schema to what this version needs; any number of processes may do so at once, beside others that run flows.
 * @throws PersistenceError `STORE_SCHEMA` when a newer version has changed it in a way that this one can't work with,
 * or when it is behind and `migrate` is false.
 */
export async function migrate(sql: Sql, { schema, migrate: change, migrations = allMigrations }: MigrateParams): Promise<void> {
  // Most starts find nothing to do: they take no lock.
  if (missing(schema, await applied(looking(sql), schema), migrations).length === 0) return;
  if (!change) throw outdated(schema);
  for (let tries = 1; ; tries++) {
    try {
      await sql.transaction((run) => bringUpToDate(run, schema, migrations));
      return;
    } catch (error) {
      if (!isBlocked(error) || tries >= MAX_TRIES) throw error;
      await sql.query(PAUSE, []);
    }
  }
}

/** What is missing in a schema, in order. Only looks. @throws PersistenceError `STORE_SCHEMA` when a newer version has changed it too much */
export async function missingMigrations(sql: Sql, schema: string): Promise<readonly Migration[]> {
  return missing(schema, await applied(looking(sql), schema), allMigrations);
}

function looking(sql: Sql): Run {
  return (text, params = []) => sql.query(statement(text), params);
}

/**
 * Whoever waits for a table keeps all others waiting who come later, also for a transaction that only reads: so
 * a change gives up its place after a while, and tries again.
 */
const LOCK_TIMEOUT_MS = 2_000;
const MAX_TRIES = 10;
const PAUSE = statement('select pg_sleep(0.5)');

async function bringUpToDate(run: Run, schema: string, migrations: readonly Migration[]): Promise<void> {
  await changeAlone(run, schema);
  await run(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
  const ahead = missing(schema, await applied(run, schema), migrations);
  if (ahead.length > 0) await prepare(run, schema);
  for (const { version, name, breaking, statements } of ahead) {
    for (const text of statements(quoted(schema))) await run(text);
    await run(`insert into ${quoted(schema)}.migrations (version, name, breaking) values ($1, $2, $3)`, [version, name, breaking]);
  }
}

/** Waits for another transaction that changes the schema, however long that takes, and keeps later ones waiting. */
export async function changeAlone(run: Run, schema: string): Promise<void> {
  // Of a transaction that gets on: a late event loop is not a forgotten transaction.
  await run('set local idle_in_transaction_session_timeout = 0');
  await run('set local lock_timeout = 0');
  await run('set local statement_timeout = 0');
  await run('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`flowproof migrations of ${schema}`]);
}

/** @throws TypeError when no schema, or whatever it is, can have this name. */
export function quoted(name: string, what: 'schema' | 'role' = 'schema'): string {
  if (typeof name !== 'string' || name === '' || name.includes('\0') || Buffer.byteLength(name) > 63)
    throw new TypeError(`${typeof name === 'string' ? `'${name}'` : inWords(name)} can't be the name of a ${what}`);
  return `"${name.replaceAll('"', '""')}"`;
}

async function applied(run: Run, schema: string): Promise<readonly Row[]> {
  // Not to_regclass: its cache may still say "no such table" after the wait for the one who has just made it.
  const look = `select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = 'migrations'`;
  if ((await run(look, [schema])).length === 0) return [];
  return run(`select version, name, breaking from ${quoted(schema)}.migrations order by version`);
}

function missing(schema: string, rows: readonly Row[], migrations: readonly Migration[]): readonly Migration[] {
  const known = new Set(migrations.map(({ version }) => version));
  const newer = rows.find(({ version, breaking }) => breaking === true && !known.has(Number(version)));
  if (newer !== undefined) {
    const message = `the schema '${schema}' was changed by a newer flowproof (migration ${String(newer.version)}, '${String(newer.name)}'), and this version can't work with it: update this process`;
    throw new PersistenceError('STORE_SCHEMA', message);
  }
  const done = new Set(rows.map(({ version }) => Number(version)));
  return migrations.filter(({ version }) => !done.has(version));
}

async function prepare(run: Run, schema: string): Promise<void> {
  // `create schema if not exists` asks for the right to create one even when it exists.
  const found = await run('select 1 from pg_catalog.pg_namespace where nspname = $1', [schema]);
  if (found.length === 0) await run(`create schema ${quoted(schema)}`);
  await run(
    `create table if not exists ${quoted(schema)}.migrations (version int primary key, name text not null, breaking boolean not null, at timestamptz not null default now())`,
  );
}

function outdated(schema: string): PersistenceError {
  return new PersistenceError(
    'STORE_SCHEMA',
    `the schema '${schema}' is missing or older than this version needs: open it once with migrate: true`,
  );
}
