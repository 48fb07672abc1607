import {
  type ClaimedEntries,
  type ClaimedRun,
  type ClaimRunsParams,
  decodeEntry,
  type Entry,
  encodeTransitions,
  formatOf,
} from '../../persistence/index.js';
import type { Row } from '../client/sql.js';
import { CLAIM_PARAMS, claimedOf, claimParams, FOUND, OWNED } from './claim-runs.js';
import { RUN_COLUMNS } from './summaries.js';

/** A run whose creation is larger, in bytes as the table keeps it, is only claimed, and read by who claims it. */
const SMALL = 8_192;
/** What stands for a value that has to be read by other means, or be refused. */
const WRAPPED = ['"~sealed"', '"~offloaded"'];

const [WRITER, STEP_ID, AT_MS, FLOWS, FINGERPRINTS, FORMATS, TRANSITIONS] = Array.from(
  { length: 7 },
  (_, index) => `$${CLAIM_PARAMS + 1 + index}`,
);

type Openings = NonNullable<ClaimRunsParams['openings']>;

/** The parameters of {@link claimOpenedText}. */
export function claimOpenedParams(params: ClaimRunsParams, { writer, stepId, atMs, of }: Openings): readonly unknown[] {
  const texts = of.map(({ transitions }) => encodeTransitions(transitions));
  const formats = of.map(({ transitions }) => formatOf(transitions));
  const [flows, fingerprints] = [of.map(({ flow }) => flow), of.map(({ fingerprint }) => fingerprint)];
  return claimParams(params, params.thorough, [writer, stepId, atMs, flows, fingerprints, formats, texts]);
}

/**
 * Claims for `$1` as {@link claimText}, and writes the first step of those runs for which it is known: of the flow as it is here, with nothing
 * behind their creation, no message, no deadline, and no value that is kept elsewhere. The rows of the runs are locked, and whoever else would
 * write to one of them asks for that lock first: so nothing comes in between.
 */
export function claimOpenedText(schema: string, thorough: boolean): string {
  return `with ${FOUND(schema)},
    opened as materialized (
      select d.run_id, o.format, o.transitions, p.epoch, p.writer, p.step_id, p.format as created_format, p.at, p.transitions::text as created
      from found d join unnest(${FLOWS}::text[], ${FINGERPRINTS}::text[], ${FORMATS}::smallint[], ${TRANSITIONS}::text[]) o(flow, fingerprint, format, transitions)
          on o.flow = d.flow and o.fingerprint = d.fingerprint
        cross join lateral (select * from ${schema}.journal j where j.run_id = d.run_id and j.seq = 0) p
      where d.takes < $5::int and p.epoch = 0 and p.format <= $4::smallint and pg_column_size(p.transitions) <= ${SMALL}
        and json_array_length(p.transitions) = 1 and p.transitions #>> '{0,1,deadlineMs}' is null
        and ${WRAPPED.map((marker) => `strpos(p.transitions::text, '${marker}') = 0`).join(' and ')}
        and not exists (select from ${schema}.journal j where j.run_id = d.run_id and j.seq = 1)
        and not exists (select from ${schema}.inbox i where i.run_id = d.run_id)),
    begun as (
      insert into ${schema}.journal (run_id, writer, at, seq, epoch, format, kind, step_id, transitions)
      select o.run_id, ${WRITER}::uuid, to_timestamp(${AT_MS}::float8 / 1000), 1, 1, o.format, 'step', decode(${STEP_ID}::text, 'hex'), o.transitions::json from opened o
      on conflict (run_id, seq) do nothing returning run_id),
    moved as (update ${schema}.runs r set
        owner = case when r.takes < $5::int then $1::uuid end,
        wake_at = case when r.takes < $5::int then null else 'infinity'::timestamptz end,
        delayed = r.takes >= $5::int,
        takes = case when d.begun then 0 when r.takes < $5::int then r.takes + 1 else r.takes end,
        state = case when d.begun then 'RUNNING' else r.state end
      from (select f.*, b.run_id is not null as begun from found f left join begun b on b.run_id = f.run_id) d where r.run_id = d.run_id
      returning ${RUN_COLUMNS}, true as alive, d.place, d.takes + 1 as claims, (extract(epoch from d.wake_at) * 1000)::float8 as was_due_ms)
    select (select json_agg(x)::text from (
        select m.*, case when m.state = 'RUNNING' then json_build_array(o.writer, encode(o.step_id, 'hex'), o.created_format, (extract(epoch from o.at) * 1000)::float8, o.created) end as created
        from moved m left join opened o on o.run_id = m.run_id::uuid order by m.place) x) as moved, ${thorough ? OWNED(schema, CLAIM_PARAMS + 8) : 'null as owned'}`;
}

/** What was claimed, with the entries of what was begun. */
export function openedIn(text: unknown, openings: Openings): readonly ClaimedRun[] {
  if (typeof text !== 'string') return [];
  const of = new Map(openings.of.map((opening) => [opening.flow, opening.transitions]));
  return (JSON.parse(text) as Row[]).map((row) => {
    const run = claimedOf(row);
    const transitions = of.get(run.flow);
    const created = createdIn(run.runId, row.created);
    if (transitions === undefined || created === undefined) return run;
    const { writer, stepId, atMs } = openings;
    const begun: Entry = {
      runId: run.runId,
      seq: 1,
      epoch: 1,
      kind: 'step',
      writer,
      stepId,
      format: formatOf(transitions),
      atMs,
      transitions,
    };
    const opened: ClaimedEntries = { created, begun };
    return { ...run, opened };
  });
}

/** Nothing: it can't be read, which who loads it is told. */
function createdIn(runId: string, found: unknown): Entry | undefined {
  if (!Array.isArray(found)) return undefined;
  const [writer, stepId, format, atMs, transitions] = found as [string, string, number, number, string];
  try {
    return decodeEntry({ runId, seq: 0, epoch: 0, kind: 'step', writer, stepId, format, atMs, transitions }, 0);
  } catch {
    return undefined;
  }
}
