import { MESSAGE_KINDS, RECEIVED_AFTER_FAILURE, RECEIVED_WHEN_PARTIAL, WAKES_SUSPENDED } from '../../persistence/index.js';
import type { Statement } from '../client/sql.js';
import { statement } from '../client/statement.js';
import { MESSAGE_JSON } from './messages.js';

/** How the rows come and what goes with them. Each mix is a statement of its own, as each thing that isn't needed costs. */
export interface AppendForm {
  /** `one`: parameters are values, which is the fastest for one row. `many`: arrays, so that one plan serves every size. */
  readonly rows: 'one' | 'many';
  /** Whether there are summaries to write or messages to delete. */
  readonly changes: boolean;
  /** Whether some of the runs may hold slots of limits that they don't need any more. */
  readonly frees: boolean;
  /** Whether slots of tasks of some of the runs are given back; absent: no. */
  readonly slots?: boolean;
  /** Whether the disk need not be waited for. */
  readonly relaxed: boolean;
  /** Whether rows whose place is taken are left out, instead of all rows with an error. */
  readonly skips: boolean;
  /** Whether it says itself how long it waits for a user's transaction, as connections that are not ours may wait forever. */
  readonly hurries: boolean;
}

/** Steps that share a statement with a run that a user's transaction blocks wait so long, and are written without it. */
export const LANE_LOCK_TIMEOUT_MS = 100;

const ENTRY = [
  'run_id uuid',
  'writer uuid',
  'at float8',
  'seq int',
  'epoch int',
  'format smallint',
  'kind text',
  'step_id text',
  'transitions text',
];
const CHANGE = ['state text', 'ended boolean', 'owns boolean', 'owner uuid', 'wake_at float8', 'partial boolean'];

/**
 * INSERT behind the predecessor's guard. The primary key is the fence: of two that pass the guard, one gets 23505, or
 * nothing where the statement skips what is taken, which costs more.
 * Summary and inbox change only for rows that were inserted; a run that ends takes its inbox with it, and the statement says which signals were
 * still in it, once for all rows. An entry that changes the summary holds the run first: one
 * that is being pruned at this moment is gone, and the entry with it.
 */
export function appendStatement(schema: string, form: AppendForm): Statement {
  const columns = form.changes ? [...ENTRY, ...CHANGE] : ENTRY;
  const insert = `insert into ${schema}.journal (run_id, writer, at, seq, epoch, format, kind, step_id, transitions)
    select i.run_id, i.writer, to_timestamp(i.at / 1000), i.seq, i.epoch, i.format, i.kind, decode(i.step_id, 'hex'), i.transitions::json
    from ${form.changes ? 'i' : rowsOf(columns, form)}
    where coalesce((select p.epoch from ${schema}.journal p where p.run_id = i.run_id and p.seq = i.seq - 1) <= i.epoch, false)
    ${form.changes ? 'and ((i.state is null and not i.owns) or exists (select from h where h.run_id = i.run_id))' : ''}
    ${form.relaxed ? `and (select set_config('synchronous_commit', 'off', true)) = 'off'` : ''}
    ${form.hurries ? `and (select set_config('lock_timeout', '${LANE_LOCK_TIMEOUT_MS}', true)) <> ''` : ''}
    ${form.skips ? 'on conflict (run_id, seq) do nothing' : ''}`;
  const isConsumed = (
    message: string,
  ): string => `exists (select from unnest($${columns.length + 1}::uuid[], $${columns.length + 2}::text[]) c(run_id, id)
        where c.run_id = ${message}.run_id and c.id = ${message}.id)`;
  if (isCounted(form)) return statement(insert);
  if (!form.changes) return statement(`${insert} returning run_id::text as run_id`);
  return statement(`with i as materialized (select * from ${rowsOf(columns, form)}),
    h as materialized (select r.run_id from ${schema}.runs r join i on i.run_id = r.run_id
      where i.state is not null or i.owns order by r.run_id for no key update of r),
    s as (${insert} returning run_id),
    u as (update ${schema}.runs r set
        state = coalesce(i.state, r.state),
        partial = case when i.state is null then r.partial else i.partial end,
        ended_at = case when i.state is null then r.ended_at when i.ended then to_timestamp(i.at / 1000) end,
        owner = case when i.owns then i.owner else r.owner end,
        takes = case when i.owns then 0 else r.takes end,
        wake_at = ${wakeTime},
        needs = greatest(r.needs, i.format)
      from i join s using (run_id) where r.run_id = i.run_id and (i.state is not null or i.owns)),
    d as (delete from ${schema}.inbox m using s join i using (run_id)
      where m.run_id = s.run_id and (i.ended and m.kind in (${quoted(MESSAGE_KINDS)}) and not ${isReceived('i', 'm.kind')} or ${isConsumed('m')})
      returning m.run_id, m.id, m.kind, m.payload)${form.frees ? freed(schema) : ''}${form.slots ? slotsFreed(schema, columns.length + 3) : ''}
    select run_id::text as run_id,
      (select json_agg(${MESSAGE_JSON})::text from d i where i.kind = 'signal' and not ${isConsumed('i')}) as unheard from s`);
}

/**
 * When a run is due that its owner lets go of: never later than a message says that came meanwhile, and not at once, or two whose clocks
 * differ would take it and let go of it for ever. Of one that rests, what was asked stays: only who takes it knows what that was.
 */
const wakeTime = `case when not i.owns or i.owner is not null or i.state in ('SUSPENDED', 'FAILURE') or i.partial then r.wake_at
          when i.wake_at is null then null
          else least(r.wake_at, greatest(to_timestamp(i.wake_at / 1000),
            case when coalesce(i.state, 'RUNNING') = 'RUNNING' then statement_timestamp() + interval '1 second' end)) end`;

/** What ends, or begins anew, is not counted any more. */
const freed = (schema: string): string => `,
    f as (delete from ${schema}.slots x using s join i using (run_id) where x.run_id = s.run_id and (i.ended or i.state = 'PENDING'))`;

/** Slots of tasks whose calls have ended, or all but some; a run that rests, or has ended, waits for none. */
const slotsFreed = (schema: string, param: number): string => `,
    z as materialized (select (e ->> 0)::uuid as run_id, (e ->> 1)::boolean as keeps, array(select json_array_elements_text(e -> 2)::int) as atoms
      from json_array_elements($${param}::json) e),
    t as (delete from ${schema}.slots x using s join z using (run_id)
      where x.run_id = s.run_id and x.atom is not null and z.keeps <> (x.atom = any(z.atoms))),
    w as (delete from ${schema}.slot_waits x using s join z using (run_id) join i using (run_id)
      where x.run_id = s.run_id and i.state <> 'RUNNING')`;

/** `isWokenBy` in SQL, of the run in this row. */
export function isWokenBy(run: string, kind: string): string {
  return `(${run}.state = 'RUNNING' or ${run}.state = 'SUSPENDED' and ${kind} in (${quoted(WAKES_SUSPENDED)}) or ${isReceived(run, kind)})`;
}

/** `mayReceive` of a run that has ended, in SQL. */
export function isReceived(run: string, kind: string): string {
  return `(${run}.state = 'FAILURE' and ${kind} in (${quoted(RECEIVED_AFTER_FAILURE)}) or ${run}.partial and ${kind} in (${quoted(RECEIVED_WHEN_PARTIAL)}))`;
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

/** Whether it tells how many rows it inserted rather than which: enough for one, and faster by a tenth. */
export function isCounted({ rows, changes }: AppendForm): boolean {
  return rows === 'one' && !changes;
}

/** The parameters as a table `i`. */
function rowsOf(columns: readonly string[], { rows }: AppendForm): string {
  const names = columns.map((column) => column.split(' ')[0]).join(', ');
  const suffix = rows === 'many' ? '[]' : '';
  const params = columns.map((column, index) => `$${index + 1}::${column.split(' ')[1]}${suffix}`).join(', ');
  return rows === 'many' ? `unnest(${params}) i(${names})` : `(values (${params})) i(${names})`;
}
