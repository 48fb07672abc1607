import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { postgres, transaction } from '../../src/adapters/postgres/index.js';
import { concurrent, defineRetry, defineTask, flowproof, linear, times, unordered } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';
import { startWire, type Wire } from '../support/wire.js';
import { type Context, gate, type Placing, place } from './postgres-placing.js';
import { ordersOf, SHOP, type ShopDatabase, sharedCommits, shopOver, statesOf } from './transaction-rig.js';

describePostgres('a transaction among other calls', (database) => {
  let wire: Wire;
  let shop: ShopDatabase;
  beforeAll(async () => {
    await database().admin.query(SHOP);
    wire = await startWire(database().url);
    shop = shopOver(wire.url);
  });
  afterAll(async () => {
    await wire.close();
    await shop.end();
  });

  const appWith = (flow: Placing, log: string[], db = shop.db) =>
    flowproof({ persistence: postgres(database().url), flows: [flow], services: { db, log }, graceMs: 0 });

  test('siblings that end while a COMMIT fails are neither lost nor called twice', async () => {
    await database().admin.query(`insert into orders values ('taken', 0, 'taken')`);
    const sibling = gate();
    const beside = defineTask({
      name: 'beside',
      provides: ['beside'],
      async execute(_: {}, ctx: Context) {
        ctx.services.log.push('beside');
        await sibling.opened;
        await ctx.save({ half: true });
        return { beside: 1 };
      },
    });
    const colliding = defineTask({
      name: 'place',
      requires: ['id'],
      provides: ['orderId'],
      async execute({ id }: { id: string }, ctx: Context) {
        const again = ctx.services.log.filter((line) => line === 'place').length;
        ctx.services.log.push('place');
        return transaction(ctx, ctx.services.db, async (trx) => {
          await trx
            .insertInto('orders')
            .values({ id, attempt: ctx.attempt, slot: again > 0 ? id : 'taken' })
            .execute();
          sibling.open();
          return { orderId: id };
        });
      },
    });
    const before = defineTask({ name: 'before', provides: ['x'], execute: async () => ({ x: 1 }) });
    const flow = linear('beside')
      .input<{ id: string }>()
      .add(before)
      .add(
        unordered
          .open('both')
          .add(beside)
          .add(linear.open('retried').retry(times(2)).add(colliding).build())
          .build(),
      )
      .build();
    for (const durability of ['step', 'checkpoint', 'none'] as const) {
      const log: string[] = [];
      const services = { db: shop.db, log };
      await using app = flowproof({
        persistence: postgres(database().url),
        flows: [flow],
        services,
        executor: concurrent({ perRun: 4 }),
        durability,
      });
      const id = `beside ${durability}`;
      expect(await app.run(flow, { id, inputs: { id } })).toMatchObject({ state: 'SUCCESS', results: { orderId: id, beside: 1 } });
      expect([...log].sort()).toEqual(['beside', 'place', 'place']);
      expect(await sharedCommits(database(), id)).toEqual([{ orders: 1, entries: 1 }]);
      expect(await statesOf(database(), id)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS']);
    }
  });

  test('what an own retry is being asked while a COMMIT fails is asked once', async () => {
    await database().admin.query(`insert into orders values ('taken', 0, 'asked before')`);
    const [asking, collided] = [gate(), gate()];
    let asked = 0;
    const patient = defineRetry({
      name: 'patient',
      onFailure: async () => {
        asked++;
        asking.open();
        await collided.opened;
        return asked === 1 ? 'RETRY' : 'REVERT';
      },
    });
    const failsOnce = defineTask({
      name: 'fails-once',
      async execute(_: {}, ctx: Context) {
        if (ctx.services.log.push('try') === 1) throw new Error('once');
      },
    });
    const colliding = defineTask({
      name: 'place',
      requires: ['id'],
      provides: ['orderId'],
      async execute({ id }: { id: string }, ctx: Context) {
        await asking.opened;
        const placeAt = (slot: string) =>
          transaction(ctx, ctx.services.db, async (trx) => {
            await trx.insertInto('orders').values({ id, attempt: ctx.attempt, slot }).execute();
            return { orderId: id };
          });
        await placeAt('asked before').catch(() => ctx.save('collided'));
        collided.open();
        return placeAt(id);
      },
    });
    const flow = unordered('asked')
      .input<{ id: string }>()
      .add(linear.open('own').retry(patient).add(failsOnce).build())
      .add(colliding)
      .build();
    const log: string[] = [];
    const services = { db: shop.db, log };
    await using app = flowproof({ persistence: postgres(database().url), flows: [flow], services, executor: concurrent({ perRun: 4 }) });
    expect(await app.run(flow, { id: 'asked', inputs: { id: 'asked' } })).toMatchObject({ state: 'SUCCESS' });
    expect([asked, log]).toEqual([1, ['try', 'try']]);
    expect(await ordersOf(database(), 'asked')).toHaveLength(1);
  });

  test('what the run writes meanwhile is seen, whatever isolation is the default', async () => {
    const strict = shopOver(database().url, { options: '-c default_transaction_isolation=serializable' });
    const { rows } = await sql<{ level: string }>`select current_setting('transaction_isolation') as level`.execute(strict.db);
    expect(rows).toEqual([{ level: 'serializable' }]);
    const saving = defineTask({
      name: 'place',
      requires: ['id'],
      provides: ['orderId'],
      async execute({ id }: { id: string }, ctx: Context) {
        return transaction(ctx, ctx.services.db, async (trx) => {
          await trx.insertInto('orders').values({ id, attempt: ctx.attempt, slot: id }).execute();
          await ctx.save('a step that the transaction has to see');
          return { orderId: id };
        });
      },
    });
    const flow: Placing = linear('strict').input<{ id: string }>().add(saving).build();
    await using app = appWith(flow, [], strict.db);
    expect((await app.run(flow, { id: 'strict', inputs: { id: 'strict' } })).state).toBe('SUCCESS');
    await strict.end();
  });

  test('what durability holds back stays held when a COMMIT fails', async () => {
    await database().admin.query(`insert into orders values ('taken', 0, 'held before')`);
    const before = defineTask({ name: 'before', execute: async (_: {}, ctx: Context) => void ctx.services.log.push('before') });
    const stubborn = defineTask({
      name: 'place',
      requires: ['id'],
      provides: ['orderId'],
      async execute({ id }: { id: string }, ctx: Context) {
        const placeAt = (slot: string) =>
          transaction(ctx, ctx.services.db, async (trx) => {
            await trx.insertInto('orders').values({ id, attempt: ctx.attempt, slot }).execute();
            return { orderId: slot };
          });
        return placeAt('held before').catch(() => placeAt(id));
      },
    });
    const flow = linear('held-on').input<{ id: string }>().add(before).add(stubborn).build();
    for (const durability of ['checkpoint', 'none'] as const) {
      const services = { db: shop.db, log: [] as string[] };
      await using app = flowproof({ persistence: postgres(database().url), flows: [flow], services, durability });
      const id = `held-on ${durability}`;
      expect(await app.run(flow, { id, inputs: { id } })).toMatchObject({ state: 'SUCCESS', results: { orderId: id } });
      expect(services.log).toEqual(['before']);
      expect(await statesOf(database(), id)).toEqual(['SUCCESS', 'SUCCESS']);
      expect(await sharedCommits(database(), id)).toEqual([{ orders: 1, entries: 1 }]);
    }
  });

  test('two that end at the same moment are two steps, each in its own transaction', async () => {
    let arrived = 0;
    const both = gate();
    const one = (name: string) =>
      defineTask({
        name,
        requires: ['id'],
        async execute({ id }: { id: string }, ctx: Context) {
          await transaction(ctx, ctx.services.db, async (trx) => {
            await trx
              .insertInto('orders')
              .values({ id, attempt: 1, slot: `${id} ${name}` })
              .execute();
            if (++arrived === 2) both.open();
            await both.opened;
          });
        },
      });
    const flow = unordered('pair').input<{ id: string }>().add(one('left')).add(one('right')).build();
    const services = { db: shop.db, log: [] };
    await using app = flowproof({ persistence: postgres(database().url), flows: [flow], services, executor: concurrent({ perRun: 2 }) });
    expect((await app.run(flow, { id: 'pair', inputs: { id: 'pair' } })).state).toBe('SUCCESS');
    expect(await sharedCommits(database(), 'pair')).toEqual([
      { orders: 1, entries: 1 },
      { orders: 1, entries: 1 },
    ]);
  });

  test('what checkpoint holds back goes in with it', async () => {
    const before = (name: string) => defineTask({ name, execute: async (_: {}, ctx: Context) => void ctx.services.log.push(name) });
    const flow = linear('held').input<{ id: string }>().add(before('a')).add(before('b')).add(place).build();
    const services = { db: shop.db, log: [] as string[] };
    await using app = flowproof({ persistence: postgres(database().url), flows: [flow], services, durability: 'checkpoint' });
    expect((await app.run(flow, { id: 'held', inputs: { id: 'held' } })).state).toBe('SUCCESS');
    const client = new pg.Client({ connectionString: database().url });
    await client.connect();
    const { rows } = await client.query(
      `select j.seq, j.transitions::text as said, j.xmin::text = o.xmin::text as shared from flowproof.journal j
        join flowproof.runs r using (run_id), orders o where r.key = 'held' and o.id = 'held' order by j.seq`,
    );
    await client.end();
    expect(rows.map(({ shared }) => shared)).toEqual([false, true]);
    expect(JSON.parse(rows[1].said)).toEqual(
      expect.arrayContaining([
        ['SUCCESS', 0],
        ['SUCCESS', 1],
        ['RUN', 'SUCCESS'],
      ]),
    );
  });
});
