import type { TaskContext } from 'flowproof';
import { type TransactionOf, transaction } from 'flowproof/postgres';
import type { Kysely, Transaction } from 'kysely';
import type pg from 'pg';
import type { Equal } from './equal.js';

declare function expect<_Same extends true>(): void;

interface Shop {
  orders: { id: string; state: string };
}

declare const ctx: TaskContext<{
  db: Kysely<Shop>;
  pool: pg.Pool;
  client: pg.Client;
  lent: pg.PoolClient;
}>;

// What the function is given is what the client makes of it.
export const byKysely: Promise<{ orderId: string }> = transaction(ctx, ctx.services.db, async (trx) => {
  expect<Equal<typeof trx, Transaction<Shop>>>();
  await trx.insertInto('orders').values({ id: 'o-1', state: 'placed' }).execute();
  return { orderId: 'o-1' };
});
export const byPool: Promise<number | null> = transaction(ctx, ctx.services.pool, async (client) => {
  expect<Equal<typeof client, pg.PoolClient>>();
  const { rows } = await client.query<{ id: string }>('insert into orders (id) values ($1) returning id', ['o-1']);
  expect<Equal<typeof rows, { id: string }[]>>();
  return rows.length;
});
export const byClient = transaction(ctx, ctx.services.client, async (client) => {
  expect<Equal<typeof client, pg.Client>>();
});
export const byLent = transaction(ctx, ctx.services.lent, async (client) => {
  expect<Equal<typeof client, pg.PoolClient>>();
});

// In helpers, too, that know less of the database.
export function generic<Tables extends Shop>(db: Kysely<Tables>): Promise<number> {
  return transaction(ctx, db, async (trx) => {
    expect<Equal<typeof trx, Transaction<Tables>>>();
    return 1;
  });
}
export function either(db: pg.Pool | pg.Client): Promise<void> {
  return transaction(ctx, db, async (client) => {
    await client.query('select 1');
  });
}
export interface OwnPool {
  readonly totalCount: number;
  connect(): Promise<pg.PoolClient>;
}
expect<Equal<TransactionOf<OwnPool>, pg.PoolClient>>();

// @ts-expect-error: what has no transactions
void transaction(ctx, { insert: () => undefined }, async () => 1);
// @ts-expect-error: a url
void transaction(ctx, 'postgres://localhost/shop', async () => 1);
