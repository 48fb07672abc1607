import { type Firing, MOST_RUNNING } from '../../persistence/index.js';
import { isWokenBy } from './append-statements.js';

/** What makes a statement that creates a run one that fires a schedule. */
export interface FiringParts {
  readonly before: string;
  /** Whether the run begins. */
  readonly fires: string;
  /** More columns, and where they are from: no row where the schedule is another one by now. */
  readonly result: string;
}

/** The parameters of {@link firingParts}, in its order. */
export function firingParams({ name, revision, atMs, nextAtMs, overlap }: Firing): readonly unknown[] {
  return [name, revision, atMs, nextAtMs !== undefined, nextAtMs ?? null, overlap];
}

/**
 * The schedule is held first, and only as it was read: what another firing has changed is another revision, so that all that is looked at here is as
 * it was left by the last one. Then, in the order of their ids, the runs that are asked to cancel, as who sends a message does.
 * `$1` is the run, `$2` its key; the others begin at `first`.
 */
export function firingParts(schema: string, first: number): FiringParts {
  const [name, revision, at, moves, next, overlap] = [
    `$${first}::text`,
    `$${first + 1}::int`,
    `to_timestamp($${first + 2}::float8 / 1000)`,
    `$${first + 3}::boolean`,
    `to_timestamp($${first + 4}::float8 / 1000)`,
    `$${first + 5}::text`,
  ];
  const before = `held as materialized (select s.name, s.running, not exists (select from ${schema}.runs x where x.key = $2 or x.run_id = $1::uuid) as is_new from ${schema}.schedules s
        where s.name = ${name} and s.revision = ${revision} and not (s.paused and ${moves}) for no key update),
      alive as materialized (select x.run_id from held cross join unnest(held.running) u(run_id)
        join ${schema}.runs x on x.run_id = u.run_id where x.ended_at is null),
      firing as materialized (select held.name, held.is_new and not (${overlap} = 'skip' and exists (select from alive)) as fires, held.is_new from held),
      replaced as materialized (select x.run_id, x.state, x.partial from firing join alive on firing.fires and ${overlap} = 'replace'
        join ${schema}.runs x on x.run_id = alive.run_id where x.ended_at is null order by x.run_id for no key update of x),
      asked as (insert into ${schema}.inbox (run_id, id, kind) select run_id, $2, 'cancel' from replaced on conflict (run_id, id) do nothing),
      woken as (update ${schema}.runs t set wake_at = statement_timestamp() from replaced p where t.run_id = p.run_id and ${isWokenBy('p', `'cancel'`)}),
      moved as (update ${schema}.schedules s set
          next_at = case when ${moves} then ${next} else s.next_at end,
          last_at = case when f.fires then ${at} else s.last_at end,
          last_key = case when f.fires then $2 else s.last_key end,
          running = (select coalesce(array_agg(k.run_id order by k.run_id), '{}') from (
            select run_id from alive union all select $1::uuid where f.fires order by 1 desc limit ${MOST_RUNNING}) k),
          revision = s.revision + 1
        from firing f where s.name = f.name)`;
  return {
    before,
    fires: 'exists (select from firing where fires)',
    result: `, exists (select from r) as begun, f.is_new and not f.fires as is_overlap from firing f`,
  };
}
