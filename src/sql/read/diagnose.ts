import { type Clock, systemClock } from '../../model/clock.js';
import { MAX_TAKES } from '../../persistence/index.js';
import type { Row, Sql } from '../client/sql.js';
import { statement } from '../client/statement.js';
import { missingMigrations, quoted } from '../schema/migrate.js';
import { allMigrations } from '../schema/migrations/all-migrations.js';
import { partsMade, type SchemaParts } from '../schema/parts.js';
import { ALIVE } from './summaries.js';

/** One thing that was looked at. */
export interface StoreFinding {
  readonly check: 'server' | 'clock' | 'schema' | 'indexes' | 'owners' | 'runs' | 'requests' | 'transactions';
  /** `problem`: somebody has to do something. `note`: good to know. */
  readonly verdict: 'ok' | 'note' | 'problem';
  readonly message: string;
}

export interface DiagnoseParams {
  /** As the user wrote it. */
  readonly schema: string;
  /** So long without a step, a run that a process has is worth a look. */
  readonly quietMs: number;
  readonly clock?: Clock;
}

/** A clock may be so much off. */
const MAX_SKEW_MS = 1_000;
const OLDEST_SERVER = 14;
/** A transaction that is open for so long keeps dead rows from being removed. */
const LONG_TRANSACTION_MS = 600_000;
/** What was asked of a run is heard within a second, where a process has the run. */
const UNHEARD_MS = 60_000;

/** Looks at the server, at the schema, and for runs that no process drives. Writes nothing. */
export async function diagnose(sql: Sql, { schema, quietMs, clock = systemClock }: DiagnoseParams): Promise<readonly StoreFinding[]> {
  const query = (text: string, params: readonly unknown[] = []): Promise<readonly Row[]> => sql.query(statement(text), params);
  const server = await serverAndClock(query, clock);
  const missing = await missingMigrations(sql, schema);
  const names = missing.map(({ version, name }) => `${version} ${name}`).join(', ');
  if (missing.length > 0) return [...server, problem('schema', `schema '${schema}' is behind: ${names}. Run flowproof migrate`)];
  const made = await drift(query, schema);
  // What is looked for is in tables and columns that may not be there.
  if (made.some(({ check, verdict }) => check === 'schema' && verdict === 'problem')) return [...server, ...made];
  return [...server, ...made, ...(await runsLeft(query, quoted(schema), quietMs)), await transactions(query)];
}

type Query = (text: string, params?: readonly unknown[]) => Promise<readonly Row[]>;

async function serverAndClock(query: Query, clock: Clock): Promise<readonly StoreFinding[]> {
  const beforeMs = clock.nowMs();
  const [row] =
    await query(`select current_setting('server_version') as version, current_setting('server_version_num')::int / 10000 as major,
    pg_is_in_recovery() as standby, (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms`);
  const afterMs = clock.nowMs();
  const { version, major, standby, now_ms: nowMs } = row ?? {};
  const server =
    Number(major) < OLDEST_SERVER
      ? problem('server', `PostgreSQL ${version}: ${OLDEST_SERVER} is the oldest that is supported`)
      : standby === true
        ? note('server', `PostgreSQL ${version}, a standby: runs can be looked at, and not driven`)
        : ok('server', `PostgreSQL ${version}`);
  const skewMs = Number(nowMs) - (beforeMs + afterMs) / 2;
  const isOff = Math.abs(skewMs) - (afterMs - beforeMs) / 2 > MAX_SKEW_MS;
  const offBy = `the clock here is ${(Math.abs(skewMs) / 1_000).toFixed(1)} s ${skewMs > 0 ? 'behind' : 'ahead of'} the server's`;
  return [
    server,
    isOff ? problem('clock', `${offBy}: times in journals are those of the processes`) : ok('clock', 'as that of the server'),
  ];
}

async function drift(query: Query, schema: string): Promise<readonly StoreFinding[]> {
  const made = partsMade(allMigrations);
  const there = await partsThere(query, schema);
  const lost = (['tables', 'views', 'columns'] as const).flatMap((kind) => missingIn(made[kind], there[kind]));
  const indexes = missingIn(made.indexes, there.indexes);
  return [
    lost.length > 0
      ? problem('schema', `schema '${schema}' is not as migrations made it: ${lost.join(', ')} missing`)
      : ok('schema', `'${schema}' is up to date`),
    indexes.length > 0 ? problem('indexes', `missing, or not valid: ${indexes.join(', ')}`) : ok('indexes', 'all there'),
  ];
}

/** What a schema has; an index that is not valid is none. */
export async function partsThere(query: Query, schema: string): Promise<SchemaParts> {
  const rows = await query(
    `select c.relname as name, c.relkind::text as kind, null as part from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace left join pg_catalog.pg_index i on i.indexrelid = c.oid
      where n.nspname = $1 and c.relkind in ('r', 'v', 'i') and coalesce(i.indisvalid, true)
    union all
    select c.relname, 'c', a.attname from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace join pg_catalog.pg_attribute a on a.attrelid = c.oid
      where n.nspname = $1 and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`,
    [schema],
  );
  const of = (kind: string): ReadonlySet<string> =>
    new Set(rows.flatMap((row) => (row.kind !== kind ? [] : [row.part === null ? String(row.name) : `${row.name}.${row.part}`])));
  return { tables: of('r'), views: of('v'), indexes: of('i'), columns: of('c') };
}

function missingIn(made: ReadonlySet<string>, there: ReadonlySet<string>): readonly string[] {
  return [...made].filter((name) => !there.has(name));
}

async function runsLeft(query: Query, s: string, quietMs: number): Promise<readonly StoreFinding[]> {
  const dead = await query(`select count(*)::int as runs, count(distinct r.owner)::int as owners from ${s}.runs r
    left join ${s}.leases l on l.owner = r.owner left join ${s}.owner_locks k on k.owner = r.owner where r.owner is not null and not (${ALIVE})`);
  const left = await query(`select flow, count(*)::int as runs from ${s}.runs where owner is null and state = 'RUNNING'
    and coalesce(wake_at, '-infinity') <= statement_timestamp() group by flow order by 2 desc, 1 limit 5`);
  const [counts] = await query(
    `select (select count(*)::int from ${s}.runs where takes >= ${MAX_TAKES} and owner is null and state = 'RUNNING') as poisoned,
      (select count(*)::int from ${s}.runs where state = 'FAILURE') as failed,
      (select count(*)::int from ${s}.inbox i join ${s}.runs r on r.run_id = i.run_id
        where r.owner is null and i.at < clock_timestamp() - ${UNHEARD_MS} * interval '1 ms') as unheard,
      (select count(*)::int from ${s}.runs r cross join lateral
        (select j.at from ${s}.journal j where j.run_id = r.run_id order by j.seq desc limit 1) j
        where r.state = 'RUNNING' and r.owner is not null and j.at < clock_timestamp() - $1::float8 * interval '1 ms') as quiet`,
    [quietMs],
  );
  const { poisoned, failed, unheard, quiet } = counts ?? {};
  const flows = left.map(({ flow, runs }) => `${runs} of '${flow}'`).join(', ');
  return [
    Number(dead[0]?.runs) > 0
      ? problem('owners', `runs of processes that died, which no app takes that is alive: ${dead[0]?.runs}, of ${dead[0]?.owners}`)
      : ok('owners', 'all that have runs are alive'),
    ...(left.length > 0 ? [problem('runs', `RUNNING, and no process has them: ${flows}. Start an app with the flow`)] : []),
    ...some(poisoned, 'problem', 'runs', 'left alone, as each process that took them ended: flowproof runs resume ID --here --app FILE'),
    ...some(quiet, 'note', 'runs', 'have a process, and have had no step for long'),
    ...some(failed, 'note', 'runs', 'ended in FAILURE: see flowproof runs list --state FAILURE'),
    ...some(unheard, 'note', 'requests', 'wait for a process that goes on with their runs'),
  ];
}

async function transactions(query: Query): Promise<StoreFinding> {
  const [row] = await query(`select count(*)::int as count, (extract(epoch from max(clock_timestamp() - xact_start)) / 60)::int as minutes
    from pg_catalog.pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
    and xact_start < clock_timestamp() - ${LONG_TRANSACTION_MS} * interval '1 ms'`);
  if (Number(row?.count) === 0) return ok('transactions', 'none is open for long');
  return note('transactions', `${row?.count} open for up to ${row?.minutes} minutes: dead rows stay as long as they are`);
}

function some(count: unknown, verdict: 'note' | 'problem', check: StoreFinding['check'], what: string): readonly StoreFinding[] {
  return Number(count) > 0 ? [{ check, verdict, message: `${count} ${what}` }] : [];
}

const ok = (check: StoreFinding['check'], message: string): StoreFinding => ({ check, verdict: 'ok', message });
const note = (check: StoreFinding['check'], message: string): StoreFinding => ({ check, verdict: 'note', message });
const problem = (check: StoreFinding['check'], message: string): StoreFinding => ({ check, verdict: 'problem', message });
