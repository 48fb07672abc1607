import { MAX_TAKES, MOST_POISONED, type TakeParams, type TakeResult } from '../../persistence/index.js';
import type { Row } from '../client/sql.js';
import { postedParts } from './claim-runs.js';
import { ALIVE, RUN_COLUMNS, runsIn } from './summaries.js';

/** How many runs of dead processes one tick frees at most. */
const MOST_FREED = 500;
/** Of so many sleeping runs that have messages a tick says at most that they are due. */
const MOST_SWEPT = 500;
/** An engine that is dead may have a step on its way yet, which names it again. */
const FORGOTTEN_AFTER = `interval '1 minute'`;

const PARAMS = ['flows', 'limit', 'format', 'except', 'aheadMs', 'asleepOnly', 'posted'] as const satisfies readonly (keyof TakeParams)[];

/** How many parameters {@link takeParts} has: others come behind them. */
export const TAKE_PARAMS = PARAMS.length;

/** The parameters of {@link takeParts}: `$1` is the owner, the others begin at `first`. */
export function takeParams(take: TakeParams): readonly unknown[] {
  const { posted = [] } = take;
  return PARAMS.map((name) => ({ ...take, posted })[name]);
}

/**
 * What takes runs, as parts of the statement that renews the lease of `$1`.
 *
 * Runs of the dead are let go of by whoever comes first, whatever their flows, so that a dead owner is looked at until
 * nothing names it; a run without an owner that is due is found by its flow. All locks skip what is locked: a tick waits for no other, and of two
 * that would take a run one gets it. `statement_timestamp()` is what an index condition can be made of.
 */
export function takeParts(schema: string, first: number, thorough: boolean): { readonly tables: string; readonly columns: string } {
  const [flows, limit, format, except] = [`$${first}::text[]`, `$${first + 1}::int`, `$${first + 2}::smallint`, `$${first + 3}::uuid[]`];
  const [soon, asleepOnly] = [`statement_timestamp() + $${first + 4}::float8 * interval '1 millisecond'`, `$${first + 5}::boolean`];
  const rest = `r.needs <= ${format} and r.run_id <> all(${except}) and (r.wake_at is not null or not ${asleepOnly})`;
  const isDue = `r.owner is null and r.state = 'RUNNING' and coalesce(r.wake_at, '-infinity') <= ${soon} and ${rest}`;
  const isAsked = `r.owner is null and r.state in (${RESTING}) and r.wake_at <= ${soon} and ${rest}`;
  // What is found is looked at once more under its lock, in words that no index has but that of its id.
  const isDueStill = `num_nulls(r.owner) = 1 and r.state || '' in ('RUNNING', ${RESTING})
      and coalesce(r.wake_at, case r.state || '' when 'RUNNING' then '-infinity'::timestamptz else 'infinity' end) <= ${soon} and ${rest}`;
  const posted = postedParts(schema, first + 6);
  const tables = `gone as materialized (select o.owner from ${thorough ? OWNERS(schema) : `(select owner from ${schema}.leases) o`}
      left join ${schema}.leases l on l.owner = o.owner left join ${schema}.owner_locks k on k.owner = o.owner
      where o.owner <> $1::uuid and not ${asleepOnly} and not (${ALIVE})),
    dead as materialized (select r.run_id from gone g join ${schema}.runs r on r.owner = g.owner
      where r.owner is not null limit ${MOST_FREED} for no key update of r skip locked),
    freed as (update ${schema}.runs r set owner = null, wake_at = case when r.state <> 'RUNNING' then statement_timestamp() end from dead d where r.run_id = d.run_id returning r.run_id),
    forgotten as (delete from ${schema}.leases l where l.owner in (
        select x.owner from ${schema}.leases x join gone g on g.owner = x.owner
        where x.expires_at < clock_timestamp() - ${FORGOTTEN_AFTER} and not exists (select from ${schema}.runs r where r.owner = x.owner)
        for update of x skip locked) returning l.owner),
    unlocked as (delete from ${schema}.owner_locks k using forgotten f where k.owner = f.owner),
    found as materialized (select c.run_id from unnest(${flows}) f(flow) cross join lateral (
        (select r.run_id from ${schema}.runs r where r.flow = f.flow and ${isDue} limit ${limit})
        union all (select r.run_id from ${schema}.runs r where r.flow = f.flow and ${isAsked} limit ${limit})) c limit ${limit}),
    due as materialized (select r.run_id, r.wake_at from found f join ${schema}.runs r on r.run_id = f.run_id where ${isDueStill} for no key update of r skip locked),
    moved as (update ${schema}.runs r set
        owner = case when r.takes < ${MAX_TAKES} then $1::uuid end,
        wake_at = case when r.takes < ${MAX_TAKES} then null else 'infinity'::timestamptz end,
        takes = least(r.takes + 1, ${MAX_TAKES})
      from due d where r.run_id = d.run_id returning ${RUN_COLUMNS}, true as alive, (extract(epoch from d.wake_at) * 1000)::float8 as was_due_ms),
    ${posted.tables}${thorough ? `,\n    ${sweep(schema, soon)}` : ''}`;
  const list = (rows: string): string => `(select json_agg(x)::text from (${rows}) x)`;
  const columns = [
    `${list('select * from moved')} as taken`,
    `(select count(*) from freed)::int as freed`,
    `(${silentMs(schema)}) as again_ms`,
    posted.column,
    ...(thorough
      ? [
          `${list(`select ${RUN_COLUMNS}, true as alive from ${schema}.runs r where r.owner = $1::uuid and r.state <> 'PENDING'`)} as owned`,
          // Inside, only the index of such runs fits.
          `${list(`select ${RUN_COLUMNS}, false as alive from (select * from ${schema}.runs p where p.takes >= ${MAX_TAKES} order by p.run_id offset 0) r
            where r.owner is null and r.wake_at = 'infinity' and r.state = 'RUNNING' and r.flow = any(${flows}) limit ${MOST_POISONED}`)} as poisoned`,
        ]
      : []),
  ];
  return { tables, columns: columns.join(',\n        ') };
}

/** How long it takes until the first of those whose lock is gone should have renewed its lease: who has not by then is dead. */
const silentMs = (
  schema: string,
): string => `select (extract(epoch from min(case when k.taken_at > pg_postmaster_start_time() and pg_try_advisory_xact_lock_shared(k.lock_key)
        then l.renewal_due_at end) - clock_timestamp()) * 1000)::float8 from ${schema}.leases l join ${schema}.owner_locks k on k.owner = l.owner
      where l.owner <> $1::uuid and l.renewal_due_at > clock_timestamp() and l.expires_at > clock_timestamp()`;

/** A run that rests is due when it was asked to go on. */
const RESTING = `'SUSPENDED', 'FAILURE', 'CANCELLED'`;

/** The mark of a message is the fast way, the inbox the truth: what was sent without one, by an older version or by hand, is due, too. */
const sweep = (schema: string, soon: string): string => `swept as (update ${schema}.runs r set wake_at = statement_timestamp() from (
        select o.run_id from (select distinct i.run_id from ${schema}.inbox i) m join ${schema}.runs o on o.run_id = m.run_id
        where o.owner is null and o.state = 'RUNNING' and o.wake_at > ${soon} and o.takes < ${MAX_TAKES}
        limit ${MOST_SWEPT} for no key update of o skip locked) w where w.run_id = r.run_id)`;

/** Each owner that a run names, by as many steps in the index as there are owners: one without a lease is dead, too. */
const OWNERS = (schema: string): string => `(with recursive named as (
        (select r.owner from ${schema}.runs r where r.owner is not null order by r.owner limit 1)
        union all
        select (select r.owner from ${schema}.runs r where r.owner > n.owner order by r.owner limit 1) from named n where n.owner is not null)
      select owner from named where owner is not null union select owner from ${schema}.leases) o`;

/** What became of it: those that had been taken too often are taken by no process from now on. */
export function takeResultOf(row: Row | undefined, { limit }: TakeParams): TakeResult {
  if (row === undefined) return { taken: [], owned: [], poisoned: [], more: false, posted: false };
  const moved = runsIn(row.taken);
  const taken = moved.filter(({ owner }) => owner !== undefined);
  const poisoned = [...moved.filter(({ owner }) => owner === undefined), ...runsIn(row.poisoned)];
  return {
    taken,
    owned: runsIn(row.owned),
    poisoned,
    more: limit > 0 && (moved.length >= limit || Number(row.freed) > 0),
    posted: row.posted === true,
    ...(typeof row.again_ms === 'number' ? { againMs: Math.max(0, row.again_ms) + 1 } : {}),
  };
}

/**
 * Lets go of runs that `$1` has taken and not written to since; `$3`: they rest, and are due only for what was asked since; `$4`: those
 * that have not begun are due so many milliseconds later, `$5`: and have lost.
 */
export function giveBackText(schema: string): string {
  return `update ${schema}.runs set owner = null, takes = case when $5::boolean then takes else greatest(takes - 1, 0) end,
      wake_at = case when state = 'RUNNING' or $3::boolean then wake_at
        when state = 'PENDING' then statement_timestamp() + $4::float8 * interval '1 millisecond' else statement_timestamp() end,
      delayed = state = 'PENDING' and $4::float8 > 0
    where run_id = any($2::uuid[]) and owner = $1::uuid`;
}
