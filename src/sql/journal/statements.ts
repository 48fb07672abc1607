import { MAX_SIGNALS } from '../../persistence/index.js';
import { isReceived } from '../append/append-statements.js';
import type { Statement } from '../client/sql.js';
import { statement } from '../client/statement.js';
import { MESSAGE_JSON } from '../read/messages.js';
import { type SummarySource, summaries } from '../read/summaries.js';
import { giveBackText, takeParts } from '../read/take-runs.js';

/** How one run is found. */
export interface FindStatements {
  readonly findById: Statement;
  readonly findByKey: Statement;
}

/** The statements that are the same whatever is asked. */
export interface JournalStatements extends FindStatements {
  readonly send: Statement;
  readonly signal: Statement;
  readonly tick: Statement;
  /** With {@link takeParams} behind the others. */
  readonly tickAndTake: Statement;
  readonly tickThoroughly: Statement;
  readonly giveBack: Statement;
  readonly release: Statement;
  readonly forgetLeases: Statement;
}

/** Ends the session it is asked in, if that only reads: a pooler or a pool may hold on to a server that has lost its role. */
export const END_READ_ONLY = `select pg_terminate_backend(pg_backend_pid()) where current_setting('transaction_read_only')::boolean`;

export function findStatements(source: SummarySource): FindStatements {
  return {
    findById: statement(`${select(source)} where r.run_id = $1::uuid`),
    findByKey: statement(`${select(source)} where r.key = $1`),
  };
}

const select = ({ columns, from }: SummarySource): string => `select ${columns} from ${from}`;

export function journalStatements(schema: string): JournalStatements {
  const found = select(summaries(schema));
  return {
    ...findStatements(summaries(schema)),
    // The lock is one that the end of the run waits for, and that waits for it: the state is as it is when the row is there.
    send: statement(`with r as (select run_id, key, state, ended_at is not null as ended from ${schema}.runs where run_id = $1::uuid for share),
      i as (insert into ${schema}.inbox (run_id, id, kind, payload) select run_id, $2, $3, $4::json from r
        where not ended or ${isReceived('state', '$3')} on conflict (run_id, id) do nothing)
      select key, state, ended and not ${isReceived('state', '$3')} as refused from r`),
    // Of several that are sent at once each may be the last for which there is room.
    signal:
      statement(`with r as (select run_id, key, state, ended_at is not null as ended from ${schema}.runs where run_id = $1::uuid for share),
      n as materialized (select count(*)::int as waiting, count(*) filter (where id = $2) > 0 as known from ${schema}.inbox where run_id = $1::uuid and kind = 'signal'),
      i as (insert into ${schema}.inbox (run_id, id, kind, payload) select run_id, $2, 'signal', $3::json from r, n
        where not ended and (known or waiting < ${MAX_SIGNALS}) on conflict (run_id, id) do nothing)
      select key, state, ended as refused, waiting, not known and waiting >= ${MAX_SIGNALS} as full from r, n`),
    tick: statement(tickText(schema, found)),
    tickAndTake: statement(tickText(schema, found, takeParts(schema, TICK_PARAMS + 1, false))),
    tickThoroughly: statement(tickText(schema, found, takeParts(schema, TICK_PARAMS + 1, true))),
    giveBack: statement(giveBackText(schema)),
    // What is over is seen at once; the row goes when no run names this owner any more.
    release: statement(`with k as (delete from ${schema}.owner_locks where owner = $1::uuid)
      update ${schema}.leases set expires_at = least(expires_at, clock_timestamp()), renewal_due_at = null where owner = $1::uuid`),
    // Of processes that were killed; a day is far beyond any lease.
    forgetLeases: statement(`with k as (
        delete from ${schema}.owner_locks o where not exists (select from ${schema}.leases l where l.owner = o.owner))
      delete from ${schema}.leases l where expires_at < clock_timestamp() - interval '1 day'
        and not exists (select from ${schema}.runs r where r.owner = l.owner)`),
  };
}

const TICK_PARAMS = 4;

function tickText(schema: string, found: string, take?: { readonly tables: string; readonly columns: string }): string {
  return `with l as (insert into ${schema}.leases (owner, expires_at, renewal_due_at)
        values ($1::uuid, clock_timestamp() + $2::float8 * interval '1 millisecond', clock_timestamp() + $4::float8 * interval '1 millisecond')
        on conflict (owner) do update set expires_at = excluded.expires_at, renewal_due_at = excluded.renewal_due_at)${take === undefined ? '' : `,\n    ${take.tables}`}
      select
        (select json_agg(${MESSAGE_JSON} order by i.place)::text
          from ${schema}.inbox i join ${schema}.runs r on r.run_id = i.run_id where r.owner = $1::uuid) as messages,
        (select json_agg(w)::text from (${found} where r.run_id = any($3::uuid[])) w) as watched,
        exists (select from ${schema}.owner_locks where owner = $1::uuid) as locked${take === undefined ? '' : `,\n        ${take.columns}`}`;
}
