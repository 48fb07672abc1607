import { ANY_COUNT, type LimitChange } from '../../model/limits/flow-limits.js';
import type { LimitStore, StoredLimit } from '../../persistence/index.js';
import type { Row, Statement } from '../client/sql.js';
import { statement } from '../client/statement.js';
import { asInt } from './claim-limited.js';
import { FREE } from './claim-runs.js';

export interface SqlLimitsParams {
  /** Quoted. */
  readonly schema: string;
  readonly read: (statement: Statement, params: readonly unknown[]) => Promise<readonly Row[]>;
}

/** The limits of one schema; claims look into the same rows. */
export function sqlLimits({ schema, read }: SqlLimitsParams): LimitStore {
  const flow = `substr(n.name, length('flow:') + 1)`;
  const list = statement(`select (select json_agg(x order by x.name)::text from (
    select n.name, l.concurrency, l.rate_limit, l.rate_per_ms, (extract(epoch from l.set_at) * 1000)::float8 as set_at_ms,
      (select count(*) from ${schema}.slots s where s.name = n.name) as in_use,
      case when n.name like 'task:%' then (select count(*) from ${schema}.slot_waits w where w.name = n.name)
        else (select count(*) from ${schema}.runs r where r.flow = ${flow} and ${FREE}) end as waiting
    from (select name from ${schema}.limits union select name from ${schema}.slots union select name from ${schema}.slot_waits union select unnest($1::text[])
      union select 'flow:' || r.flow from ${schema}.runs r where ${FREE} and r.limit_key is not null) n
    left join ${schema}.limits l on l.name = n.name) x) as limits`);
  const set = statement(`insert into ${schema}.limits (name, concurrency, rate_limit, rate_per_ms) values ($1, $2::int, $3::int, $4::float8)
    on conflict (name) do update set concurrency = excluded.concurrency, rate_limit = excluded.rate_limit, rate_per_ms = excluded.rate_per_ms,
      set_at = statement_timestamp()`);
  const reset = statement(`delete from ${schema}.limits where name = $1`);
  return {
    async list(names) {
      const [row] = await read(list, [names]);
      return typeof row?.limits === 'string' ? (JSON.parse(row.limits) as readonly Row[]).map(limitOf) : [];
    },
    async set(name, { concurrency, rate }) {
      const most = concurrency === undefined ? null : asInt(concurrency);
      await read(set, [name, most, rate?.limit ?? null, rate?.perMs ?? null]);
    },
    async reset(name) {
      await read(reset, [name]);
    },
  };
}

function limitOf(row: Row): StoredLimit {
  const { concurrency, rate_limit: limit, rate_per_ms: perMs, set_at_ms: changedAtMs } = row;
  const most = typeof concurrency === 'number' && concurrency >= ANY_COUNT ? Number.POSITIVE_INFINITY : concurrency;
  const change: LimitChange = {
    ...(typeof most === 'number' ? { concurrency: most } : {}),
    // By hand one half of it may be said: the other one is the code's, which only a claim knows.
    ...(typeof limit === 'number' && typeof perMs === 'number' ? { rate: { limit, perMs } } : {}),
  };
  return {
    name: String(row.name),
    ...(typeof changedAtMs === 'number' ? { change, changedAtMs: Math.round(changedAtMs) } : {}),
    inUse: Number(row.in_use),
    waiting: Number(row.waiting),
  };
}
