import { ANY_COUNT, type FlowLimits, LONGEST_PER_MS, limitName } from '../../model/limits/flow-limits.js';
import type { ClaimRunsParams, ClaimRunsResult } from '../../persistence/index.js';
import type { Row } from '../client/sql.js';
import { claimedIn, FREE } from './claim-runs.js';
import { RUN_COLUMNS } from './summaries.js';

/** A claim looks at so many values of a key at most; the next one goes on behind them. */
const MOST_KEYS = 1_000;

export interface LimitedClaim extends Pick<ClaimRunsParams, 'owner' | 'limit' | 'format' | 'maxLosses' | 'only'> {
  readonly flow: string;
  readonly limits: FlowLimits;
  /** The first value of the key that is looked at. */
  readonly fromKey: string;
}

/** The parameters of {@link claimLimitedText}. */
export function limitedParams({ owner, flow, limit, format, maxLosses, limits, fromKey, only }: LimitedClaim): readonly unknown[] {
  const { concurrency, rate, weights = {} } = limits;
  const counts = [concurrency === undefined ? null : asInt(concurrency), rate?.limit ?? null, rate?.perMs ?? null];
  const values = [owner, flow, limit, format, Math.min(maxLosses, 32_767), ...counts, JSON.stringify(weights), fromKey, limitName(flow)];
  return only === undefined ? values : [...values, only];
}

export function asInt(count: number): number {
  return Math.min(count, ANY_COUNT);
}

/**
 * Claims runs of the flow `$2` for `$1`, as many as its limits have room for. The values of the key that wait are found by one step in the
 * index each, and of each no more rows are locked than may begin: however many others wait behind them.
 *
 * What is counted is read before anything is locked, and may be out of date. So it says only what to try: a run is claimed with a row of its
 * own in `slots` whose number is below the limit, and with one in `starts` whose time is over, and of two that would have the same number
 * the key of the table lets one through. Whoever comes second waits for the first one's statement, in the order of the keys, and never for its run.
 *
 * Which value is next is drawn, in proportion to the weights, and those that have runs under way come later: none waits for ever.
 *
 * @param only whether `$12` names the runs that are looked at
 */
export function claimLimitedText(schema: string, only: boolean): string {
  const list = (rows: string): string => `(select json_agg(x)::text from (${rows}) x)`;
  const free = `r.flow = $2 and ${FREE} and r.limit_key is not null`;
  const mine = only ? ' and r.run_id = any($12::uuid[])' : '';
  const perMs = `l.per_ms * interval '1 millisecond'`;
  return `with recursive l as materialized (
      select coalesce(x.concurrency, $6::int) as most, coalesce(x.rate_limit, $7::int) as starts, coalesce(x.rate_per_ms, $8::float8) as per_ms
      from (values ($11::text)) f(name) left join ${schema}.limits x on x.name = f.name),
    k(key, place) as (
      (select r.limit_key, 1 from ${schema}.runs r where ${free} and r.limit_key >= $10::text order by r.limit_key limit 1)
      union all
      select (select r.limit_key from ${schema}.runs r where ${free} and r.limit_key > k.key order by r.limit_key limit 1), k.place + 1
      from k where k.key is not null and k.place < ${MOST_KEYS}),
    w as materialized (
      select k.key, h.held, t.begun, t.oldest, coalesce(($9::json ->> k.key)::float8, 1) as weight, -ln(1 - random()) as chance,
        greatest(0, least($3::int, coalesce(l.most - h.held, $3::int), coalesce(l.starts - t.begun, $3::int))) as room
      from k cross join l
        cross join lateral (select count(*)::int as held from ${schema}.slots s where l.most is not null and s.name = $11 and s.key = k.key) h
        cross join lateral (select count(*)::int as begun, min(s.at) as oldest from ${schema}.starts s
          where l.starts is not null and s.name = $11 and s.key = k.key and s.at > clock_timestamp() - ${perMs}) t
      where k.key is not null),
    c as materialized (
      select w.key, w.held, w.weight, r.run_id, r.priority, r.wake_at, r.takes from w cross join lateral (
        select r.run_id, r.priority, r.wake_at, r.takes from ${schema}.runs r
        where ${free} and r.limit_key = w.key and r.needs <= $4::smallint${mine}
        order by r.priority desc, r.wake_at limit w.room for no key update of r skip locked) r),
    ranked as materialized (
      select c.*, w.chance, row_number() over (partition by c.key order by c.priority desc, c.wake_at, c.run_id) as rank from c join w using (key)),
    d as materialized (
      select ranked.*, row_number() over (order by (held + rank - 1 + chance) / weight, priority desc, wake_at, run_id) as place from ranked
      order by place limit $3::int),
    taken as (
      insert into ${schema}.slots (name, key, n, run_id)
      select $11, d.key, n.n, d.run_id from d cross join l join lateral (
        select g.n, row_number() over (order by g.n) as rank from generate_series(0, least(l.most::bigint, d.held::bigint + $3::int)::int - 1) g(n)
        where not exists (select from ${schema}.slots s where s.name = $11 and s.key = d.key and s.n = g.n)) n on n.rank = d.rank
      where l.most is not null and d.takes < $5::int order by d.key, n.n
      on conflict do nothing returning run_id),
    e as materialized (
      select d.key, d.run_id, row_number() over (partition by d.key order by d.rank) as rank from d cross join l
      where l.starts is not null and d.takes < $5::int and (l.most is null or exists (select from taken t where t.run_id = d.run_id))),
    g as materialized (
      select e.run_id, e.key, n.n from e cross join l join lateral (
        select g.n, row_number() over (order by g.n) as rank from generate_series(0, l.starts - 1) g(n)
        where not exists (select from ${schema}.starts s where s.name = $11 and s.key = e.key and s.n = g.n and s.at > clock_timestamp() - ${perMs})
        order by g.n limit $3::int) n on n.rank = e.rank),
    begun as (
      insert into ${schema}.starts as s (name, key, n, at) select $11, g.key, g.n, clock_timestamp() from g order by g.key, g.n
      on conflict (name, key, n) do update set at = clock_timestamp() where s.at <= clock_timestamp() - (select ${perMs} from l)
      returning s.key, s.n),
    granted as materialized (
      select d.run_id from d cross join l where d.takes >= $5::int
        or (l.most is null or exists (select from taken t where t.run_id = d.run_id))
        and (l.starts is null or exists (select from g join begun b using (key, n) where g.run_id = d.run_id))),
    moved as (update ${schema}.runs r set
        owner = case when r.takes < $5::int then $1::uuid end,
        wake_at = case when r.takes < $5::int then null else 'infinity'::timestamptz end,
        delayed = r.takes >= $5::int,
        takes = case when r.takes < $5::int then r.takes + 1 else r.takes end
      from d join granted using (run_id) where r.run_id = d.run_id
      returning ${RUN_COLUMNS}, true as alive, r.takes as claims, d.place, (extract(epoch from d.wake_at) * 1000)::float8 as was_due_ms)
    select ${list('select * from moved order by place')} as moved,
      (select count(*) from d)::int as tried,
      (select max(key) from k where place = ${MOST_KEYS}) as last_key,
      (select extract(epoch from min(w.oldest) + ${perMs} - clock_timestamp()) * 1000 from w cross join l where w.begun >= l.starts group by l.per_ms)::float8 as again_ms`;
}

/** What one of them brought, and where the next one goes on. */
export function limitedResultOf(row: Row | undefined, { limit }: LimitedClaim): ClaimRunsResult & { readonly nextKey: string } {
  const moved = claimedIn(row?.moved);
  const tried = Number(row?.tried ?? 0);
  const nextKey = typeof row?.last_key === 'string' ? row.last_key : '';
  const againMs = row?.again_ms;
  return {
    claimed: moved.filter(({ owner }) => owner !== undefined),
    owned: [],
    poisoned: moved.filter(({ owner }) => owner === undefined).map(({ losses: _, ...run }) => run),
    // What was tried in vain another one had a moment before: there may be more numbers behind it.
    more: limit > 0 && (tried >= limit || moved.length < tried || nextKey !== ''),
    ...(typeof againMs === 'number' ? { againMs: Math.max(1, Math.ceil(againMs)) } : {}),
    nextKey,
  };
}

/**
 * Slots of the flows' limits `$1` whose runs are not under way, such as of a claimer that died before it began one. A run that waits is held meanwhile: nobody
 * claims it with the slot that is taken away.
 */
export function sweepSlotsText(schema: string): string {
  return `with idle as materialized (
      select s.name, s.key, s.n from ${schema}.slots s join ${schema}.runs r on r.run_id = s.run_id
      where s.name = any($1::text[]) and r.state = 'PENDING' and r.owner is null for no key update of r skip locked),
    over as materialized (
      select s.name, s.key, s.n from ${schema}.slots s left join ${schema}.runs r on r.run_id = s.run_id
      where s.name = any($1::text[]) and (r.run_id is null or r.ended_at is not null))
    delete from ${schema}.slots s using (select * from idle union select * from over) x where s.name = x.name and s.key = x.key and s.n = x.n`;
}

/** Runs of the flow `$1` that were posted when it had no limits, or by hand: they are counted from now on. */
export function adoptText(schema: string): string {
  return `update ${schema}.runs set limit_key = '' where run_id in (
      select r.run_id from ${schema}.runs r where r.flow = $1 and ${FREE} and r.limit_key is null order by r.priority desc, r.wake_at limit 1000
      for no key update of r skip locked)`;
}

/** Starts of the limits `$1` that no rate can ask for any more. */
export function forgetStartsText(schema: string): string {
  return `delete from ${schema}.starts s where s.name = any($1::text[]) and s.at < clock_timestamp() - ${LONGEST_PER_MS} * interval '1 millisecond'`;
}
