import type { AskSlotsParams, AskSlotsResult, SlotHolder, WaitingCall } from '../../persistence/index.js';
import type { Row } from '../client/sql.js';
import { asInt } from './claim-limited.js';
import { ALIVE } from './summaries.js';

/** Of one value so many get slots at once. */
const MOST_GRANTED = 1_000;

/** The parameters of {@link askSlotsText}. */
export function askParams({ owner, requests }: AskSlotsParams): readonly unknown[] {
  const column = (of: (request: AskSlotsParams['requests'][number]) => unknown): readonly unknown[] => requests.map(of);
  return [
    owner,
    ...[column(({ runId }) => runId), column(({ atom }) => atom), column(({ name }) => name), column(({ key }) => key)],
    column(({ limits: { concurrency } }) => (concurrency === undefined ? null : asInt(concurrency))),
    column(({ limits: { rate } }) => rate?.limit ?? null),
    column(({ limits: { rate } }) => rate?.perMs ?? null),
  ];
}

/**
 * Grants slots to `$1` for calls of its runs, as many as the limits have room for. Of each value only the first that wait are looked at, as many as
 * there is room for, and of these those that are asked for get one: the places of the others are kept, while their processes live.
 *
 * What is counted is read before anything is locked, and may be out of date. So it says only what to try: a call has a slot with a row of its
 * own whose number is below the limit, and a start with one whose time is over, and of two that would have the same number the key of
 * the table lets one through.
 */
export function askSlotsText(schema: string): string {
  const perMs = (of: string): string => `${of}.per_ms * interval '1 millisecond'`;
  const room = (limit: string): string =>
    `least(${MOST_GRANTED}, coalesce(${limit}.most - h.held, ${MOST_GRANTED}), coalesce(${limit}.starts - h.begun, ${MOST_GRANTED}))`;
  const isIn = (cte: string, of: string): string => `exists (select from ${cte} c where c.run_id = ${of}.run_id and c.atom = ${of}.atom)`;
  const hasBegun = `exists (select from g join begun b using (name, key, n) where g.run_id = d.run_id and g.atom = d.atom)`;
  return `with a as materialized (
      select q.run_id, q.atom, q.name, q.key, q.place,
        coalesce(x.concurrency, q.most) as most, coalesce(x.rate_limit, q.starts) as starts, coalesce(x.rate_per_ms, q.per_ms) as per_ms
      from unnest($2::uuid[], $3::int[], $4::text[], $5::text[], $6::int[], $7::int[], $8::float8[])
          with ordinality q(run_id, atom, name, key, most, starts, per_ms, place)
        join ${schema}.runs r on r.run_id = q.run_id and r.owner = $1::uuid and r.state = 'RUNNING'
        left join ${schema}.limits x on x.name = q.name),
    held as (update ${schema}.slots s set owner = $1::uuid from a where s.run_id = a.run_id and s.atom = a.atom returning s.run_id, s.atom),
    h as materialized (
      select v.*, (select count(*)::int from ${schema}.slots s where v.most is not null and s.name = v.name and s.key = v.key) as held, t.begun, t.oldest
      from (select a.name, a.key, max(a.most) as most, max(a.starts) as starts, max(a.per_ms) as per_ms from a group by a.name, a.key) v
        cross join lateral (select count(*)::int as begun, min(s.at) as oldest from ${schema}.starts s
          where v.starts is not null and s.name = v.name and s.key = v.key and s.at > clock_timestamp() - ${perMs('v')}) t),
    w as materialized (
      select h.name, h.key, y.* from h cross join lateral (
        select x.run_id, x.atom, x.id from ${schema}.slot_waits x join ${schema}.runs r on r.run_id = x.run_id
          left join ${schema}.leases l on l.owner = r.owner left join ${schema}.owner_locks k on k.owner = r.owner
        where x.name = h.name and x.key = h.key and (${isIn('a', 'x')} or r.state = 'RUNNING' and r.owner = x.owner and (${ALIVE}))
        order by x.id limit greatest(0, ${room('h')})) y),
    q as materialized (
      select z.*, row_number() over (partition by z.name, z.key order by z.is_new, z.place) as rank from (
        select w.run_id, w.atom, w.name, w.key, false as is_new, w.id as place from w
        union all
        select a.run_id, a.atom, a.name, a.key, true, a.place from a
        where not exists (select from ${schema}.slot_waits x where x.run_id = a.run_id and x.atom = a.atom and x.name = a.name and x.key = a.key)
          and not exists (select from ${schema}.slots s where s.run_id = a.run_id and s.atom = a.atom)) z),
    d as materialized (
      select q.run_id, q.atom, q.name, q.key, a.most, a.starts, a.per_ms, h.held, row_number() over (partition by q.name, q.key order by q.rank) as nth
      from q join a on a.run_id = q.run_id and a.atom = q.atom join h on h.name = q.name and h.key = q.key
      where q.rank <= ${room('a')}),
    g as materialized (
      select d.run_id, d.atom, d.name, d.key, n.n, d.per_ms from d join lateral (
        select g.n, row_number() over (order by g.n) as nth from generate_series(0, d.starts - 1) g(n)
        where not exists (select from ${schema}.starts s where s.name = d.name and s.key = d.key and s.n = g.n and s.at > clock_timestamp() - ${perMs('d')})
        order by g.n limit ${MOST_GRANTED}) n on n.nth = d.nth
      where d.starts is not null),
    begun as (
      insert into ${schema}.starts as s (name, key, n, at) select g.name, g.key, g.n, clock_timestamp() from g order by g.name, g.key, g.n
      on conflict (name, key, n) do update set at = clock_timestamp()
        where s.at <= clock_timestamp() - (select max(${perMs('g')}) from g where g.name = s.name and g.key = s.key)
      returning s.name, s.key, s.n),
    taken as (
      insert into ${schema}.slots (name, key, n, run_id, atom, owner)
      select d.name, d.key, n.n, d.run_id, d.atom, $1::uuid from d join lateral (
        select g.n, row_number() over (order by g.n) as nth from generate_series(0, least(d.most::bigint, d.held::bigint + ${MOST_GRANTED})::int - 1) g(n)
        where not exists (select from ${schema}.slots s where s.name = d.name and s.key = d.key and s.n = g.n)) n on n.nth = d.nth
      where d.most is not null and (d.starts is null or ${hasBegun}) order by d.name, d.key, n.n
      on conflict do nothing returning run_id, atom),
    granted as materialized (
      select run_id, atom from held
      union select d.run_id, d.atom from d where (d.most is null or ${isIn('taken', 'd')}) and (d.starts is null or ${hasBegun})),
    gone as (delete from ${schema}.slot_waits x using granted g where x.run_id = g.run_id and x.atom = g.atom),
    noted as (
      insert into ${schema}.slot_waits as x (run_id, atom, name, key, owner) select a.run_id, a.atom, a.name, a.key, $1::uuid from a
      where not ${isIn('granted', 'a')} and not exists (select from ${schema}.slot_waits y
        where y.run_id = a.run_id and y.atom = a.atom and y.name = a.name and y.key = a.key and y.owner = $1::uuid)
      order by a.place
      on conflict (run_id, atom) do update set owner = excluded.owner, name = excluded.name, key = excluded.key)
    select (select json_agg(json_build_array(run_id, atom))::text from granted) as granted,
      (select extract(epoch from min(h.oldest + ${perMs('h')}) - clock_timestamp()) * 1000 from h where h.begun >= h.starts)::float8 as again_ms`;
}

export function askedResultOf(row: Row | undefined): AskSlotsResult {
  const againMs = row?.again_ms;
  const granted = typeof row?.granted === 'string' ? (JSON.parse(row.granted) as readonly (readonly [string, number])[]) : [];
  return {
    granted: granted.map(([runId, atom]) => ({ runId, atom })),
    ...(typeof againMs === 'number' ? { againMs: Math.max(1, Math.ceil(againMs)) } : {}),
  };
}

/** Gives back what `$1` has asked for and has, or waits for: atoms `$3` of the runs `$2`. */
export function leaveSlotsText(schema: string): string {
  return `with h as (select * from unnest($2::uuid[], $3::int[]) h(run_id, atom)),
    w as (delete from ${schema}.slot_waits x using h where x.run_id = h.run_id and x.atom = h.atom and x.owner = $1::uuid)
    delete from ${schema}.slots x using h where x.run_id = h.run_id and x.atom = h.atom and x.owner = $1::uuid`;
}

export function leaveParams(owner: string, holders: readonly SlotHolder[]): readonly unknown[] {
  return [owner, holders.map(({ runId }) => runId), holders.map(({ atom }) => atom)];
}

/**
 * Slots of the tasks' limits `$1` that nobody uses: of runs that have ended or rest, and of those that no living process has. One that its run's new
 * owner has asked for meanwhile has another owner by then, and stays.
 */
export function sweepTaskSlotsText(schema: string): string {
  return `with dead as materialized (
      select s.name, s.key, s.n, s.owner from ${schema}.slots s left join ${schema}.runs r on r.run_id = s.run_id
        left join ${schema}.leases l on l.owner = s.owner left join ${schema}.owner_locks k on k.owner = s.owner
      where s.atom is not null and s.name = any($1::text[])
        and (r.run_id is null or r.state <> 'RUNNING' or r.owner is null or not (${ALIVE})))
    delete from ${schema}.slots x using dead d where x.name = d.name and x.key = d.key and x.n = d.n and x.owner = d.owner`;
}

export function waitingCallsText(schema: string): string {
  return `select atom, name, key, (extract(epoch from since) * 1000)::float8 as since_ms from ${schema}.slot_waits where run_id = $1::uuid order by id`;
}

export function waitingCallOf({ atom, name, key, since_ms: sinceMs }: Row): WaitingCall {
  return { atom: Number(atom), name: String(name), key: String(key), sinceMs: Math.round(Number(sinceMs)) };
}
