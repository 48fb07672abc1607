import type { Metadata, RunSummary, WakeTime } from '../../persistence/index.js';
import { runStateWord } from '../../persistence/index.js';
import type { Row } from '../client/sql.js';

/**
 * Whether the owner of a run lives: its lease goes on, and it has renewed that lease when it should have, or holds the lock
 * of its process. A lock alone proves nothing: it is lost with its connection, and taken again a moment later. One from
 * before the server started is gone without anybody having died.
 */
export const ALIVE = `case when l.expires_at is null or l.expires_at <= clock_timestamp() then false
    when l.renewal_due_at > clock_timestamp() then true
    when k.taken_at > pg_postmaster_start_time() then not pg_try_advisory_xact_lock_shared(k.lock_key) else true end`;

/** Columns of a summary that stand in the row `r` of the run. */
export const RUN_COLUMNS = `r.run_id::text as run_id, r.key, r.flow, r.version, r.fingerprint, r.inputs_hash, r.state, r.partial, r.owner::text as owner,
  (extract(epoch from r.created_at) * 1000)::float8 as created_at_ms, r.logbook, r.metadata::text as metadata, r.priority, r.takes,
  (extract(epoch from r.wake_at) * 1000)::float8 as wake_at_ms`;

/** Since when a run waits that no process has: its last step brought it there, or its first one, if it was posted. */
const sinceOf = (schema: string): string => `case when r.owner is null and r.wake_at is not null then
    (select (extract(epoch from j.at) * 1000)::float8 from ${schema}.journal j where j.run_id = r.run_id order by j.seq desc limit 1) end as since_ms`;

/** How summaries are read: columns, from tables of which `r` is the run. */
export interface SummarySource {
  readonly columns: string;
  /** Whether the owner of a run lives, as a condition; absent where that can't be known. */
  readonly alive?: string;
  readonly from: string;
}

/** @param schema quoted */
export const summaries = (schema: string): SummarySource => ({
  ...watchedSummaries(schema),
  columns: `${watchedSummaries(schema).columns}, ${sinceOf(schema)}`,
});

/** The same for those who only look whether something has changed, and as often as once a second. */
export const watchedSummaries = (schema: string): SummarySource => ({
  columns: `${RUN_COLUMNS}, ${ALIVE} as alive`,
  alive: ALIVE,
  from: `${schema}.runs r left join ${schema}.leases l on l.owner = r.owner left join ${schema}.owner_locks k on k.owner = r.owner`,
});

/** On a standby, where locks are not those of the primary, leases may come late, and unlogged tables can't be read. */
export const summariesOfStandby = (schema: string): SummarySource => ({
  columns: `${RUN_COLUMNS}, ${sinceOf(schema)}`,
  from: `${schema}.runs r`,
});

/** @throws JournalError `JOURNAL_CORRUPT` when the state is no state. */
export function summaryOf(row: Row): RunSummary {
  const runId = String(row.run_id);
  const metadata = metadataOf(row.metadata);
  const summary: RunSummary = {
    runId,
    key: String(row.key),
    flow: String(row.flow),
    version: Number(row.version),
    fingerprint: String(row.fingerprint),
    inputsHash: String(row.inputs_hash),
    state: runStateWord(runId, row.state),
    ...(row.partial === true ? { partial: true } : {}),
    createdAtMs: Number(row.created_at_ms),
    ...(Number(row.priority) === 0 ? {} : { priority: Number(row.priority) }),
    ...(row.state === 'PENDING' && Number(row.takes) > 0 ? { takes: Number(row.takes) } : {}),
    ...(typeof row.logbook === 'string' ? { logbook: row.logbook } : {}),
    ...(metadata === undefined ? {} : { metadata }),
  };
  const { owner } = row;
  // What was just taken is due for nothing more, and was before.
  const wakeAtMs = wakeTime(typeof owner === 'string' ? row.was_due_ms : row.wake_at_ms);
  return {
    ...summary,
    ...(typeof owner === 'string' ? { owner: { id: owner, ...('alive' in row ? { alive: row.alive === true } : {}) } } : {}),
    ...(wakeAtMs === undefined ? {} : { wakeAtMs }),
    ...(typeof row.since_ms === 'number' ? { waitsSinceMs: Math.round(row.since_ms) } : {}),
  };
}

/** Summaries in a text. @throws JournalError `JOURNAL_CORRUPT` when a state is no state. */
export function runsIn(text: unknown): readonly RunSummary[] {
  return typeof text === 'string' ? (JSON.parse(text) as Row[]).map(summaryOf) : [];
}

/** @throws SyntaxError when it is not what a metadata column holds. */
export function metadataOf(text: unknown): Metadata | undefined {
  return typeof text === 'string' ? (JSON.parse(text) as Metadata) : undefined;
}

/** JSON says infinity as a text. */
function wakeTime(ms: unknown): WakeTime | undefined {
  if (ms === null || ms === undefined) return undefined;
  return Number.isFinite(Number(ms)) ? Math.round(Number(ms)) : 'never';
}
