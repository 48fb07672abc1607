import { MAX_SIGNALS } from '../../persistence/index.js';
import { isReceived, isWokenBy } from '../append/append-statements.js';
import { MESSAGE_JSON } from '../append/messages.js';
import type { Statement } from '../client/sql.js';
import { statement } from '../client/statement.js';
import { claimOpenedText } from '../read/claim-opened.js';
import { claimText, postedCountsText, requeueText } from '../read/claim-runs.js';
import { duePart } from '../read/schedules.js';
import { type SummarySource, summaries, watchedSummaries } from '../read/summaries.js';
import { giveBackText, TAKE_PARAMS, takeParts } from '../read/take-runs.js';

/** How one run is found. */
export interface FindStatements {
  readonly findById: Statement;
  readonly findByKey: Statement;
}

/** What else a tick asks for. Each mix is a statement of its own, made when it is sent first: most apps send two. */
export interface TickForm {
  readonly take: 'none' | 'usual' | 'thorough';
  readonly due: boolean;
}

/** The statements that are the same whatever is asked. */
export interface JournalStatements extends FindStatements {
  readonly send: Statement;
  readonly signal: Statement;
  /** With {@link takeParams} and {@link dueParams} behind the others, where these are asked for. */
  readonly tick: (asked: TickForm) => Statement;
  readonly claim: Statement;
  readonly claimThoroughly: Statement;
  /** The same, with the first steps of what can be begun at once. */
  readonly claimOpened: Statement;
  readonly claimOpenedThoroughly: Statement;
  readonly requeue: Statement;
  readonly postedCounts: Statement;
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
  const found = select(watchedSummaries(schema));
  return {
    ...findStatements(summaries(schema)),
    // The lock is one that the end of the run waits for, and that waits for it: the state is as it is when the row is there.
    send: statement(`with ${addressee(schema)},
      i as (insert into ${schema}.inbox (run_id, id, kind, payload) select run_id, $2, $3, $4::json from r
        where not ended or ${isReceived('r', '$3')} on conflict (run_id, id) do nothing),
      ${mark(schema, '$3', `not r.ended or ${isReceived('r', '$3')}`)}
      select key, state, ended and not ${isReceived('r', '$3')} as refused from r`),
    // Of several that are sent at once each may be the last for which there is room.
    signal: statement(`with ${addressee(schema)},
      n as materialized (select count(*)::int as waiting, count(*) filter (where id = $2) > 0 as known from ${schema}.inbox where run_id = $1::uuid and kind = 'signal'),
      i as (insert into ${schema}.inbox (run_id, id, kind, payload) select run_id, $2, 'signal', $3::json from r, n
        where not ended and (known or waiting < ${MAX_SIGNALS}) on conflict (run_id, id) do nothing),
      ${mark(schema, "'signal'", 'not r.ended')}
      select key, state, ended as refused, waiting, not known and waiting >= ${MAX_SIGNALS} as full from r, n`),
    tick: ticks(schema, found),
    claim: statement(claimText(schema, false)),
    claimThoroughly: statement(claimText(schema, true)),
    claimOpened: statement(claimOpenedText(schema, false)),
    claimOpenedThoroughly: statement(claimOpenedText(schema, true)),
    requeue: statement(requeueText(schema)),
    postedCounts: statement(postedCountsText(schema)),
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

/** The run that a message is for. */
const addressee = (schema: string): string =>
  `r as materialized (select run_id, key, state, partial, ended_at is not null as ended from ${schema}.runs where run_id = $1::uuid for no key update)`;

/** Makes a run due that the message lets go on, also one that has an owner: that may be about to let go of it, and not have read this. */
const mark = (schema: string, kind: string, received: string): string =>
  `m as (update ${schema}.runs t set wake_at = statement_timestamp() from r where t.run_id = r.run_id and (${received}) and ${isWokenBy('r', kind)})`;

const TICK_PARAMS = 4;

function ticks(schema: string, found: string): JournalStatements['tick'] {
  const made = new Map<string, Statement>();
  return (asked) => {
    const key = `${asked.take} ${asked.due}`;
    const known = made.get(key) ?? statement(tickText(schema, found, asked));
    made.set(key, known);
    return known;
  };
}

function tickText(schema: string, found: string, asked: TickForm): string {
  const take = asked.take === 'none' ? undefined : takeParts(schema, TICK_PARAMS + 1, asked.take === 'thorough');
  const due = asked.due ? duePart(schema, TICK_PARAMS + 1 + (take === undefined ? 0 : TAKE_PARAMS)) : undefined;
  return `with l as (insert into ${schema}.leases (owner, expires_at, renewal_due_at)
        values ($1::uuid, clock_timestamp() + $2::float8 * interval '1 millisecond', clock_timestamp() + $4::float8 * interval '1 millisecond')
        on conflict (owner) do update set expires_at = excluded.expires_at, renewal_due_at = excluded.renewal_due_at)${take === undefined ? '' : `,\n    ${take.tables}`}
      select
        (select json_agg(${MESSAGE_JSON} order by i.place)::text
          from ${schema}.inbox i join ${schema}.runs r on r.run_id = i.run_id where r.owner = $1::uuid) as messages,
        (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms,
        (select json_agg(w)::text from (${found} where r.run_id = any($3::uuid[])) w) as watched,
        exists (select from ${schema}.owner_locks where owner = $1::uuid) as locked${take === undefined ? '' : `,\n        ${take.columns}`}${due === undefined ? '' : `,\n        ${due}`}`;
}
