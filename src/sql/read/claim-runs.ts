import type { ClaimedRun, ClaimRunsParams, ClaimRunsResult, PostedCounts } from '../../persistence/index.js';
import type { Row } from '../client/sql.js';
import { RUN_COLUMNS, summaryOf } from './summaries.js';

/** Of each flow a tick moves so many at most whose time has come; another one follows at once. */
const MOST_MOVED = 500;

/** A posted run that nobody has: what the indexes of posted runs are about. */
const POSTED = `r.state = 'PENDING' and r.owner is null and r.wake_at is not null`;
/** The same, and it is due. */
export const FREE = `${POSTED} and not r.delayed`;
const DELAYED = `${POSTED} and r.delayed`;

/** How many parameters of {@link claimParams} each claim has: others come behind them. */
export const CLAIM_PARAMS = 5;

/** The parameters of {@link claimText}. @param more behind those of each claim, and before those of a thorough one */
export function claimParams(params: ClaimRunsParams, thorough: boolean, more: readonly unknown[] = []): readonly unknown[] {
  const { owner, flows, limit, format, maxLosses, unanswered = [] } = params;
  // More are never counted.
  return [owner, [...new Set(flows)], limit, format, Math.min(maxLosses, 32_767), ...more, ...(thorough ? [unanswered] : [])];
}

/**
 * What is claimed. Of each flow the first ones are locked in the order of the index, and what another claimer has locked is skipped: so
 * a claim waits for no other one, and reads no further than it is asked for.
 */
export const FOUND = (schema: string): string => `found as materialized (
      select c.*, row_number() over (order by c.priority desc, c.wake_at, c.run_id) as place
      from unnest($2::text[]) f(flow) cross join lateral (
        select r.run_id, r.flow, r.fingerprint, r.priority, r.wake_at, r.takes from ${schema}.runs r
        where r.flow = f.flow and ${FREE} and r.needs <= $4::smallint
        order by r.priority desc, r.wake_at limit $3::int for no key update of r skip locked) c
      order by place limit $3::int)`;

/** What `$1` has claimed, and not begun as far as it knows: with claims of the writers in the last parameter, `$place`. */
export const OWNED = (schema: string, place: number): string => `(select json_agg(x)::text from (
      select ${RUN_COLUMNS}, true as alive, r.takes as claims from ${schema}.runs r where r.owner = $1::uuid and (r.state = 'PENDING'
        or r.state = 'RUNNING' and cardinality($${place}::uuid[]) > 0
          and exists (select from ${schema}.journal j where j.run_id = r.run_id and j.seq = 1 and j.writer = any($${place}::uuid[]))
          and not exists (select from ${schema}.journal j where j.run_id = r.run_id and j.seq = 2))) x) as owned`;

/** Claims for `$1`. */
export function claimText(schema: string, thorough: boolean): string {
  const list = (rows: string): string => `(select json_agg(x)::text from (${rows}) x)`;
  const moved = `select * from moved order by place`;
  return `with ${FOUND(schema)},
    moved as (update ${schema}.runs r set
        owner = case when r.takes < $5::int then $1::uuid end,
        wake_at = case when r.takes < $5::int then null else 'infinity'::timestamptz end,
        delayed = r.takes >= $5::int,
        takes = case when r.takes < $5::int then r.takes + 1 else r.takes end
      from found d where r.run_id = d.run_id
      returning ${RUN_COLUMNS}, true as alive, d.place, r.takes as claims, (extract(epoch from d.wake_at) * 1000)::float8 as was_due_ms)
    select ${list(moved)} as moved, ${thorough ? OWNED(schema, CLAIM_PARAMS + 1) : 'null as owned'}`;
}

/** @param moved what it has claimed, and what it leaves alone */
export function claimResultOf(row: Row | undefined, { limit }: ClaimRunsParams, moved = claimedIn(row?.moved)): ClaimRunsResult {
  return {
    claimed: moved.filter(({ owner }) => owner !== undefined),
    owned: claimedIn(row?.owned),
    poisoned: moved.filter(({ owner }) => owner === undefined).map(({ losses: _, ...run }) => run),
    more: limit > 0 && moved.length >= limit,
  };
}

/** Claimed runs, as a list in JSON. */
export function claimedIn(text: unknown): readonly ClaimedRun[] {
  return typeof text === 'string' ? (JSON.parse(text) as Row[]).map(claimedOf) : [];
}

export function claimedOf(row: Row): ClaimedRun {
  // One that has begun counts no claims any more.
  return { ...summaryOf(row), losses: Math.max(0, Number(row.claims) - 1) };
}

/** Parts of a tick: moves what is due of the flows of `$place`, and says whether there is anything to be claimed. */
export function postedParts(schema: string, place: number): { readonly tables: string; readonly column: string } {
  const each = `unnest($${place}::text[]) f(flow)`;
  const tables = `matured as materialized (select c.run_id from ${each} cross join lateral (
        select r.run_id from ${schema}.runs r where r.flow = f.flow and ${DELAYED} and r.wake_at <= statement_timestamp()
        order by r.wake_at limit ${MOST_MOVED} for no key update of r skip locked) c),
    queued as (update ${schema}.runs r set delayed = false from matured m where r.run_id = m.run_id returning r.run_id)`;
  const column = `(exists (select from queued) or exists (select from ${each} cross join lateral (
      select from ${schema}.runs r where r.flow = f.flow and ${FREE} limit 1) c)) as posted`;
  return { tables, column };
}

export function requeueText(schema: string): string {
  return `update ${schema}.runs set wake_at = statement_timestamp(), delayed = false, takes = 0
    where run_id = $1::uuid and state = 'PENDING' and owner is null returning run_id`;
}

export function postedCountsText(schema: string): string {
  const ofFlow = `($1::text is null or r.flow = $1::text)`;
  const count = (which: string): string => `(select count(*) from ${schema}.runs r where ${which} and ${ofFlow})::int`;
  return `select ${count(FREE)} as free, ${count(`${DELAYED} and r.wake_at < 'infinity'`)} as delayed,
    ${count('r.owner is not null')} as claimed, ${count(`${DELAYED} and r.wake_at = 'infinity'`)} as trashed`;
}

export function postedCountsOf(row: Row | undefined): PostedCounts {
  const [free, delayed, claimed, trashed] = [row?.free, row?.delayed, row?.claimed, row?.trashed].map(Number);
  return { free: free ?? 0, delayed: delayed ?? 0, claimed: claimed ?? 0, trashed: trashed ?? 0 };
}
