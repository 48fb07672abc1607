import { canBeFound, type PruneParams, type PruneResult, pruneOrder } from '../../persistence/index.js';
import type { Row, Statement } from '../client/sql.js';
import { statement } from '../client/statement.js';

export interface PruneRunsParams {
  /** Quoted. */
  readonly schema: string;
  readonly params: PruneParams;
  readonly read: (statement: Statement, params: readonly unknown[]) => Promise<readonly Row[]>;
}

/** Engines' clocks may differ by so much: a run's id can be younger than its end. */
const SKEW_MS = 3_600_000;
/** Long runs have many rows. */
const PRUNING = { waitMs: 300_000 } as const;
const NIL = '00000000-0000-0000-0000-000000000000';

/**
 * One batch, with one statement. Walks from the oldest id, as ids are in order of creation and what is left there is
 * little. A run that is written to at this moment is left for another time; a writer that comes later finds no run.
 */
export async function pruneRuns({ schema, params, read }: PruneRunsParams): Promise<PruneResult> {
  const { states, limit, endedBeforeMs, flow = null, logbook = null, after = NIL } = pruneOrder(params);
  if (!canBeFound(params)) return { runIds: [] };
  // The limit is part of the text, so that the planner knows how few they are.
  const text = `with d as materialized (
      select r.run_id, r.metadata from ${schema}.runs r
      where r.run_id > $1::uuid and r.run_id < $2::uuid and r.state = any($3::text[]) and r.ended_at < to_timestamp($4::float8 / 1000)
        and ($5::text is null or r.flow = $5::text) and ($6::text is null or r.logbook = $6::text)
      order by r.run_id limit ${limit} for update skip locked),
    j as (delete from ${schema}.journal j using d where j.run_id = d.run_id),
    i as (delete from ${schema}.inbox i using d where i.run_id = d.run_id),
    m as (delete from ${schema}.run_metadata m using d, json_each_text(d.metadata) e where m.name = e.key and m.value = e.value and m.run_id = d.run_id),
    r as (delete from ${schema}.runs r using d where r.run_id = d.run_id)
    select d.run_id::text as run_id from d order by d.run_id`;
  const rows = await read(statement(text, PRUNING), [after, youngest(endedBeforeMs + SKEW_MS), states, endedBeforeMs, flow, logbook]);
  const runIds = rows.map((row) => String(row.run_id));
  const last = runIds.at(-1);
  return runIds.length === limit && last !== undefined ? { runIds, next: last } : { runIds };
}

/** No id of a run that was created before this moment is higher. */
function youngest(ms: number): string {
  const hex = Math.min(Math.max(0, Math.ceil(ms) + 1), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
