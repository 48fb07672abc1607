import type pg from 'pg';
import type { Effect } from './judge.js';

/** Where bookings leave their rows: nothing forbids two of one piece of work. */
export const EFFECTS_TABLE = 'create table soak_effects (run text not null, path text not null, phase text not null, key text not null)';

/** Each finds what must not be there; a row says where. */
const CHECKS: readonly (readonly [what: string, sql: string])[] = [
  [
    'steps are missing or double',
    `select run_id || ': ' || count(*) || ' steps up to ' || max(seq) as found from flowproof.journal
      group by run_id having min(seq) <> 0 or count(*) <> max(seq) + 1 or count(distinct seq) <> count(*)`,
  ],
  [
    'an epoch falls',
    `select run_id || ' at ' || seq as found from (select run_id, seq, epoch, lag(epoch) over (partition by run_id order by seq) as before
      from flowproof.journal) j where before > epoch`,
  ],
  [
    'two engines wrote in one epoch',
    `select run_id || ' in ' || epoch as found from flowproof.journal group by run_id, epoch having count(distinct writer) > 1`,
  ],
  [
    'steps without a run',
    'select distinct run_id::text as found from flowproof.journal j where not exists (select from flowproof.runs r where r.run_id = j.run_id)',
  ],
  [
    'runs without steps',
    'select key as found from flowproof.runs r where not exists (select from flowproof.journal j where j.run_id = r.run_id)',
  ],
  [
    'runs without a shape',
    'select key as found from flowproof.runs r where not exists (select from flowproof.shapes s where s.fingerprint = r.fingerprint)',
  ],
  [
    'messages without a run',
    'select id as found from flowproof.inbox i where not exists (select from flowproof.runs r where r.run_id = i.run_id)',
  ],
  ['runs that have not ended', `select key || ' is ' || state as found from flowproof.runs where ended_at is null`],
  ['runs that ended and have an owner', 'select key as found from flowproof.runs where owner is not null'],
  ['leases that are alive', 'select owner::text as found from flowproof.leases where expires_at > clock_timestamp()'],
  ['advisory locks that are held', `select pid::text as found from pg_locks where locktype = 'advisory'`],
  ['transactions that are left', `select pid::text as found from pg_stat_activity where state like 'idle in transaction%'`],
];

/** What is wrong with the tables when everybody has gone. */
export async function judgeTables(database: pg.Pool): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [what, sql] of CHECKS) {
    const { rows } = await database.query<{ found: string }>(sql);
    if (rows.length > 0) found.push(`${what}: ${rows.length}, such as ${rows[0]?.found}`);
  }
  return found;
}

/** How often engines were lost while an atom was under way: by run and path. */
export async function lossesOf(database: pg.Pool): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const { rows } = await database.query<{ key: string; path: string; losses: number }>(
    `select r.key, s.atoms -> (a.atom::text)::int ->> 0 as path, count(*)::int as losses
      from flowproof.journal j
        join flowproof.runs r using (run_id)
        join flowproof.shapes s on s.fingerprint = r.fingerprint
        cross join lateral json_array_elements(j.transitions) t(one)
        cross join lateral json_array_elements(case when t.one ->> 0 = 'TAKEOVER' then t.one -> 1 else '[]'::json end) a(atom)
      group by r.key, path`,
  );
  const losses = new Map<string, Map<string, number>>();
  for (const { key, path, losses: count } of rows) losses.set(key, (losses.get(key) ?? new Map<string, number>()).set(path, count));
  return losses;
}

export async function rowsOf(database: pg.Pool): Promise<readonly Effect[]> {
  return (await database.query<Effect>('select run, path, phase, key from soak_effects')).rows;
}

export interface Totals {
  readonly steps: number;
  readonly takeovers: number;
  /** Of runs that ended before they were read. */
  readonly messages: number;
  readonly expiredLeases: number;
}

export async function totalsOf(database: pg.Pool): Promise<Totals> {
  const { rows } = await database.query<Totals>(`select
    (select count(*)::int from flowproof.journal) as steps,
    (select coalesce(sum(epochs), 0)::int from (select max(epoch) as epochs from flowproof.journal group by run_id) e) as takeovers,
    (select count(*)::int from flowproof.inbox) as messages,
    (select count(*)::int from flowproof.leases) as "expiredLeases"`);
  const [totals] = rows;
  if (totals === undefined) throw new Error('no totals');
  return totals;
}
