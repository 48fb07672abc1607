import type { Json } from '../../model/json.js';
import type { DueParams, DueSchedules, ListedSchedules, ScheduleStore, StoredSchedule } from '../../persistence/index.js';
import type { Row, Statement } from '../client/sql.js';
import { statement } from '../client/statement.js';

const COLUMNS = `s.name, s.flow, s.version, s.spec, s.spec_hash, s.paused, s.revision, s.last_key, s.running,
  (extract(epoch from s.next_at) * 1000)::float8 as next_at_ms, (extract(epoch from s.last_at) * 1000)::float8 as last_at_ms`;
const NOW_MS = `(extract(epoch from statement_timestamp()) * 1000)::float8`;

export interface SqlSchedulesParams {
  /** Quoted. */
  readonly schema: string;
  readonly read: (statement: Statement, params: readonly unknown[]) => Promise<readonly Row[]>;
}

/** The schedules of one schema. A firing is part of what creates its run: `append/firing.ts`. */
export function sqlSchedules({ schema, read }: SqlSchedulesParams): ScheduleStore {
  const all = statement(`select ${NOW_MS} as now_ms, (select json_agg(x order by x.name)::text from (
    select ${COLUMNS} from ${schema}.schedules s where $1::text[] is null or s.name = any($1::text[])) x) as schedules`);
  // In the order of their names, as two apps that start at once do this at once.
  const declare = statement(`insert into ${schema}.schedules as s (name, flow, version, spec, spec_hash, next_at)
    select d.name, d.flow, d.version, d.spec, d.spec_hash, to_timestamp(d.next_at_ms / 1000)
      from json_to_recordset($1::json) d(name text, flow text, version int, spec json, spec_hash text, next_at_ms float8) order by d.name
    on conflict (name) do update set flow = excluded.flow, version = excluded.version, spec = excluded.spec, spec_hash = excluded.spec_hash,
      next_at = excluded.next_at, revision = s.revision + 1 where s.version < excluded.version`);
  const change = statement(`update ${schema}.schedules set paused = coalesce($3::boolean, paused),
      next_at = case when $4::boolean then to_timestamp($5::float8 / 1000) else next_at end, revision = revision + 1
    where name = $1 and revision = $2::int returning name`);
  const remove = statement(`delete from ${schema}.schedules where name = $1`);
  return {
    async list(names) {
      const [row] = await read(all, [names ?? null]);
      return listed(row?.schedules, row?.now_ms);
    },
    async declare(schedules) {
      const rows = schedules.map(({ name, flow, version, spec, specHash, nextAtMs = null }) => ({
        ...{ name, flow, version, spec },
        ...{ spec_hash: specHash, next_at_ms: nextAtMs },
      }));
      await read(declare, [JSON.stringify(rows)]);
    },
    async change(name, revision, { paused = null, nextAtMs }) {
      const rows = await read(change, [name, revision, paused, nextAtMs !== undefined, nextAtMs ?? null]);
      return rows.length > 0;
    },
    async remove(name) {
      await read(remove, [name]);
    },
  };
}

/** What asks about schedules, as a column of the statement that renews a lease; its parameters begin at `first`. */
export function duePart(schema: string, first: number): string {
  const [names, hashes] = [`$${first}::text[]`, `$${first + 1}::text[]`];
  const now = `coalesce(to_timestamp($${first + 2}::float8 / 1000), statement_timestamp())`;
  const mine = `${schema}.schedules s join unnest(${names}, ${hashes}) d(name, spec_hash) on d.name = s.name and d.spec_hash = s.spec_hash where not s.paused`;
  return `(select json_agg(x order by x.name)::text from (select ${COLUMNS} from ${mine} and s.next_at <= ${now}) x) as due,
        (select (extract(epoch from min(s.next_at)) * 1000)::float8 from ${mine} and s.next_at > ${now}) as next_due_ms,
        (extract(epoch from ${now}) * 1000)::float8 as due_now_ms`;
}

/** The parameters of {@link duePart}. */
export function dueParams({ declared, nowMs }: DueParams): readonly unknown[] {
  return [declared.map(({ name }) => name), declared.map(({ specHash }) => specHash), nowMs ?? null];
}

export function dueOf(row: Row | undefined): DueSchedules {
  const next = row?.next_due_ms;
  return { ...listed(row?.due, row?.due_now_ms), ...(typeof next === 'number' ? { nextAtMs: Math.round(next) } : {}) };
}

function listed(text: unknown, nowMs: unknown): ListedSchedules {
  const rows = typeof text === 'string' ? (JSON.parse(text) as readonly Row[]) : [];
  return { schedules: rows.map(scheduleOf), nowMs: Math.floor(Number(nowMs)) };
}

function scheduleOf(row: Row): StoredSchedule {
  const { next_at_ms: nextAtMs, last_at_ms: lastAtMs, last_key: lastKey } = row;
  return {
    name: String(row.name),
    flow: String(row.flow),
    version: Number(row.version),
    spec: row.spec as Json,
    specHash: String(row.spec_hash),
    paused: row.paused === true,
    running: row.running as readonly string[],
    revision: Number(row.revision),
    ...(typeof nextAtMs === 'number' ? { nextAtMs: Math.round(nextAtMs) } : {}),
    ...(typeof lastAtMs === 'number' ? { lastAtMs: Math.round(lastAtMs) } : {}),
    ...(typeof lastKey === 'string' ? { lastKey } : {}),
  };
}
