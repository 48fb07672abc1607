import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { postgres } from '../../src/adapters/postgres/index.js';
import { foldRun } from '../../src/engine/index.js';
import type { TestDatabase } from '../support/postgres.js';

/** The user's own tables, beside the journal. */
export interface Shop {
  orders: { id: string; attempt: number; slot: string };
}

/**
 * COMMIT of an order whose id begins with `slow` waits for the advisory lock 42, on the server; of two orders with one
 * slot, COMMIT refuses the second.
 */
export const SHOP = `
  create table orders (id text not null, attempt int not null, slot text not null unique deferrable initially deferred);
  create function wait_for_42() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(42); return null; end $$;
  create constraint trigger slow after insert on orders deferrable initially deferred
    for each row when (new.id like 'slow%') execute function wait_for_42();`;

export interface ShopDatabase {
  readonly db: Kysely<Shop>;
  end(): Promise<void>;
}

/** The user's Kysely over a pool of the user's. */
export function shopOver(url: string, options: pg.PoolConfig = {}): ShopDatabase {
  const pool = new pg.Pool({ connectionString: url, ...options });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Shop>({ dialect: new PostgresDialect({ pool }) });
  return { db, end: () => db.destroy() };
}

/** Holds what slow COMMITs wait for. */
export async function holdCommits(url: string): Promise<{ letGo(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('select pg_advisory_lock(42)');
  return { letGo: () => client.end() };
}

/** Resolves when so many statements wait for a lock of this kind. */
export async function waiting({ admin }: TestDatabase, kind: 'advisory' | 'transactionid', count = 1): Promise<void> {
  const sql = `select count(*)::int as n from pg_locks l join pg_stat_activity a using (pid)
    where not l.granted and l.locktype = $1 and a.datname = current_database()`;
  while (((await admin.query<{ n: number }>(sql, [kind])).rows[0]?.n ?? 0) < count);
}

export async function ordersOf({ admin }: TestDatabase, id: string): Promise<Shop['orders'][]> {
  return (await admin.query<Shop['orders']>('select id, attempt, slot from orders where id = $1', [id])).rows;
}

/** By transaction: how many orders and how many entries of runs each has written that wrote orders. */
export async function sharedCommits({ admin }: TestDatabase, like: string): Promise<{ orders: number; entries: number }[]> {
  const { rows } = await admin.query<{ orders: number; entries: number }>(
    `with o as (select xmin::text as commit, count(*)::int as orders from orders where id like $1 group by xmin::text)
      select orders, (select count(*)::int from flowproof.journal j where j.xmin::text = o.commit) as entries from o`,
    [like],
  );
  return rows;
}

/** States of a run's atoms, as the journal has them. */
export async function statesOf({ url }: TestDatabase, key: string): Promise<string[]> {
  const journal = postgres(url).connect();
  try {
    await journal.open();
    const found = await journal.find({ key });
    const loaded = found && (await journal.load(found.runId));
    return loaded === undefined ? [] : (await foldRun(loaded)).atoms.map(({ state }) => state);
  } finally {
    await journal.close();
  }
}
