import { randomBytes } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { postgres, prepareSchema, transaction } from '../../src/adapters/postgres/index.js';
import { defineTask, encrypted, flowproof, linear, memory, offloaded, type Persistence, type TaskContext } from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import { createDatabase, describePostgres } from '../support/postgres.js';
import { ordersOf, SHOP, type ShopDatabase, sharedCommits, shopOver } from './transaction-rig.js';

type Context = TaskContext<{ db: ShopDatabase['db'] }>;

const place = defineTask({
  name: 'place',
  requires: ['id'],
  provides: ['orderId'],
  async execute({ id }: { id: string }, ctx: Context) {
    return transaction(ctx, ctx.services.db, async (trx) => {
      await trx.insertInto('orders').values({ id, attempt: ctx.attempt, slot: id }).execute();
      return { orderId: id };
    });
  },
});
const flow = linear('shop').input<{ id: string }>().add(place).build();

describePostgres('where a transaction can and can’t be', (database) => {
  let shop: ShopDatabase;
  beforeAll(async () => {
    await database().admin.query(SHOP);
    shop = shopOver(database().url);
  });
  afterAll(() => shop.end());

  async function run(id: string, persistence: Persistence, db = shop.db) {
    await using app = flowproof({ persistence, flows: [flow], services: { db } });
    return await app.run(flow, { id, inputs: { id } });
  }

  const failsWith = (code: string) => ({
    state: 'REVERTED',
    failures: [{ failure: { name: 'TransactionError', code, permanent: true } }],
  });

  test('not over memory', async () => {
    expect(await run('memory', memory())).toMatchObject(failsWith('NOT_TRANSACTIONAL'));
  });

  test('not where the journal shares the user’s connections: those that wait for it would hold what it waits for', async () => {
    const pool = new pg.Pool({ connectionString: database().url, max: 1 });
    expect(await run('pool', postgres(pool))).toMatchObject(failsWith('NOT_TRANSACTIONAL'));
    const kysely = new Kysely<object>({ dialect: new PostgresDialect({ pool }) });
    expect(await run('kysely', postgres(kysely))).toMatchObject(failsWith('NOT_TRANSACTIONAL'));
    await kysely.destroy();
    expect(await ordersOf(database(), 'pool')).toEqual([]);
  });

  test('one that its task does not await is rolled back, and ends no process', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    let goOn = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const own = shopOver(database().url);
    const careless = defineTask({
      name: 'careless',
      async execute(_: {}, ctx: Context) {
        void transaction(ctx, ctx.services.db, async (trx) => {
          await trx.insertInto('orders').values({ id: 'careless', attempt: 1, slot: 'careless' }).execute();
          await ended;
        });
      },
    });
    const carelessFlow = linear('careless-flow').add(careless).build();
    await using app = flowproof({ persistence: postgres(database().url), flows: [carelessFlow], services: { db: own.db } });
    expect(await app.run(carelessFlow)).toMatchObject({ state: 'SUCCESS' });
    goOn();
    // Resolves when its client is back.
    await own.end();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    expect(await ordersOf(database(), 'careless')).toEqual([]);
  });

  test('not outside of a task', async () => {
    const outside = { path: 'somewhere' };
    await expect(transaction(outside, shop.db, async () => 1)).rejects.toMatchObject({ code: 'NOT_TRANSACTIONAL' });
  });

  test('not in another database: with no journal, and with a journal that does not know the run', async () => {
    const other = await createDatabase(inject('postgresUrl') ?? '');
    await other.admin.query(SHOP);
    const elsewhere = shopOver(other.url);
    expect(await run('elsewhere', postgres(database().url), elsewhere.db)).toMatchObject(failsWith('OTHER_DATABASE'));
    await prepareSchema(other.url);
    expect(await run('elsewhere-2', postgres(database().url), elsewhere.db)).toMatchObject(failsWith('OTHER_DATABASE'));
    expect(await ordersOf(other, 'elsewhere')).toEqual([]);
    expect(await ordersOf(other, 'elsewhere-2')).toEqual([]);
    await elsewhere.end();
    await other.drop();
  });

  test('in another schema of the same database', async () => {
    expect((await run('schema', postgres(database().url, { schema: 'Flows of "mine"' }))).state).toBe('SUCCESS');
  });

  test('a result that is too large is the task’s failure', async () => {
    const large = linear('large')
      .input<{ id: string }>()
      .add(
        defineTask({
          name: 'large',
          requires: ['id'],
          provides: ['text'],
          async execute({ id }: { id: string }, ctx: Context) {
            return transaction(ctx, ctx.services.db, async (trx) => {
              await trx.insertInto('orders').values({ id, attempt: 1, slot: id }).execute();
              return { text: 'x'.repeat(2_000) };
            });
          },
        }),
      )
      .build();
    const persistence = postgres(database().url, { schema: 'small', maxStepBytes: 1_900 });
    await using app = flowproof({ persistence, flows: [large], services: { db: shop.db } });
    expect(await app.run(large, { id: 'large', inputs: { id: 'large' } })).toMatchObject({
      state: 'REVERTED',
      failures: [{ path: 'large/large', failure: { code: 'STORE_REFUSED' } }],
    });
    expect(await ordersOf(database(), 'large')).toEqual([]);
  });

  test('through everything that can be around a store', async () => {
    const kept = new Map<string, string>();
    const to = { put: async (key: string, text: string) => void kept.set(key, text), get: async (key: string) => kept.get(key) };
    const keys = [{ id: 'k', key: randomBytes(32) }];
    const wrapped = withFaults(encrypted(offloaded(postgres(database().url), { to, over: 5 }), { keys }), () => 'pass');
    expect(await run('wrapped', wrapped)).toMatchObject({ state: 'SUCCESS', results: { orderId: 'wrapped' } });
    expect(await sharedCommits(database(), 'wrapped')).toEqual([{ orders: 1, entries: 1 }]);
    const { rows } = await database().admin.query<{ said: string }>(
      `select j.transitions::text as said from flowproof.journal j, orders o where j.xmin::text = o.xmin::text and o.id = 'wrapped'`,
    );
    expect(rows[0]?.said).toContain('~offloaded');
    expect([...kept.values()].join()).toContain('~sealed');
    await using app = flowproof({ persistence: wrapped, flows: [flow], services: { db: shop.db } });
    expect(await app.run(flow, { id: 'wrapped', inputs: { id: 'wrapped' } })).toMatchObject({ results: { orderId: 'wrapped' } });
  });
});
