import { afterAll, beforeAll, expect, test } from 'vitest';
import { postgres, transaction } from '../../src/adapters/postgres/index.js';
import { defineTask, flowproof, isFlowproofError, linear, times } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';
import { type Context, type Order, type OrderFlow, placing, TRUSTING } from './postgres-ordering.js';
import { ordersOf, SHOP, type ShopDatabase, sharedCommits, shopOver } from './transaction-rig.js';

const single = (order?: Order): OrderFlow => linear('single').input<{ id: string }>().add(placing(order)).build();
const twice = (order?: Order): OrderFlow => linear('twice').input<{ id: string }>().retry(times(2)).add(placing(order)).build();

describePostgres('a task that ends with a transaction', (database) => {
  let shop: ShopDatabase;
  beforeAll(async () => {
    await database().admin.query(SHOP);
    shop = shopOver(database().url);
  });
  afterAll(() => shop.end());

  async function run(flow: OrderFlow, id: string) {
    const log: string[] = [];
    await using app = flowproof({ persistence: postgres(database().url), flows: [flow], services: { db: shop.db, log } });
    return { result: await app.run(flow, { id, inputs: { id } }), log };
  }

  test('its rows and its SUCCESS are of one transaction', async () => {
    const { result } = await run(single(), 'one');
    expect(result).toMatchObject({ state: 'SUCCESS', results: { orderId: 'one' } });
    expect(await sharedCommits(database(), 'one')).toEqual([{ orders: 1, entries: 1 }]);
  });

  test('it is one call, one step and one answer', async () => {
    const after = defineTask({ name: 'after', requires: ['orderId'], execute: async (_: { orderId: string }) => undefined });
    const flow = linear('counted').input<{ id: string }>().add(placing()).add(after).build();
    await using app = flowproof({ persistence: postgres(database().url), flows: [flow], services: { db: shop.db, log: [] } });
    const engine = app.engine(flow, { id: 'counted', inputs: { id: 'counted' } });
    expect((await engine.run()).state).toBe('SUCCESS');
    expect(engine.statistics()).toMatchObject({ calls: 2, steps: 2, discarded: 0, inFlight: 0 });
  });

  test('without it they are not (control)', async () => {
    const plain = linear('single')
      .input<{ id: string }>()
      .add(
        defineTask({
          name: 'place',
          requires: ['id'],
          provides: ['orderId'],
          async execute({ id }: { id: string }, { services }: Context) {
            await services.db.insertInto('orders').values({ id, attempt: 1, slot: id }).execute();
            return { orderId: id };
          },
        }),
      )
      .build();
    await run(plain, 'plain');
    expect(await sharedCommits(database(), 'plain')).toEqual([{ orders: 1, entries: 0 }]);
  });

  test('a context that was spread is as good', async () => {
    const flow = single(async ({ id, ctx }, insert) => {
      expect(Object.keys({ ...ctx })).toContain('~flowproof');
      return TRUSTING({ id, ctx: { ...ctx } }, insert);
    });
    expect((await run(flow, 'spread')).result.state).toBe('SUCCESS');
  });

  test('what throws inside is rolled back, is the task’s failure, and may be tried again', async () => {
    const fails: Order = async ({ id, ctx }, insert) => {
      await insert();
      if (ctx.services.log.length === 1) throw new Error('no stock');
      return { orderId: id };
    };
    expect((await run(single(fails), 'throws')).result).toMatchObject({
      state: 'REVERTED',
      failures: [{ failure: { message: 'no stock' } }],
    });
    expect(await ordersOf(database(), 'throws')).toEqual([]);
    expect((await run(twice(fails), 'throws-once')).result.state).toBe('SUCCESS');
    expect(await ordersOf(database(), 'throws-once')).toHaveLength(1);
  });

  test('a result that the task may not have is refused before COMMIT', async () => {
    const wrong = single((async () => ({})) as unknown as Order);
    expect((await run(wrong, 'wrong')).result).toMatchObject({
      state: 'REVERTED',
      failures: [{ failure: { name: 'TaskContractError', code: 'PROVIDES_UNKNOWN' } }],
    });
    const odd = single(async (_, insert) => {
      await insert();
      return { orderId: (() => 1) as unknown as string };
    });
    expect((await run(odd, 'odd')).result).toMatchObject({ state: 'REVERTED', failures: [{ failure: { code: 'NOT_STORABLE' } }] });
    expect(await ordersOf(database(), 'odd')).toEqual([]);
  });

  test('an error of the database that the task swallows still rolls back', async () => {
    const swallowing = single(async ({ id }, insert) => {
      await insert();
      await insert({ attempt: 'no number' as unknown as number }).catch(() => undefined);
      return { orderId: id };
    });
    const { result } = await run(swallowing, 'swallows');
    expect(result).toMatchObject({ state: 'REVERTED', failures: [{ failure: { code: '25P02' } }] });
    expect(await ordersOf(database(), 'swallows')).toEqual([]);
  });

  test('a constraint that refuses at COMMIT is the task’s failure; trying again works', async () => {
    await database().admin.query(`insert into orders values ('taken', 0, 'slot-1'), ('taken', 0, 'slot-2')`);
    const late: Order = async ({ id, ctx }, insert) => {
      await insert({ slot: ctx.services.log.length > 1 ? 'slot-free' : 'slot-1' });
      return { orderId: id };
    };
    expect((await run(single(late), 'late')).result).toMatchObject({ state: 'REVERTED', failures: [{ failure: { code: '23505' } }] });
    expect(await ordersOf(database(), 'late')).toEqual([]);
    const { result, log } = await run(twice(late), 'late-twice');
    expect([result.state, log.length]).toEqual(['SUCCESS', 2]);
    expect(await ordersOf(database(), 'late-twice')).toHaveLength(1);
  });

  test('a task may try its transaction again itself', async () => {
    const stubborn = defineTask({
      name: 'place',
      requires: ['id'],
      provides: ['orderId'],
      async execute({ id }: { id: string }, ctx: Context) {
        const place = (slot: string) =>
          transaction(ctx, ctx.services.db, async (trx) => {
            await trx.insertInto('orders').values({ id, attempt: ctx.attempt, slot }).execute();
            return { orderId: slot };
          });
        return place('slot-2').catch(() => place('slot-3'));
      },
    });
    const { result } = await run(linear('single').input<{ id: string }>().add(stubborn).build(), 'stubborn');
    expect(result).toMatchObject({ state: 'SUCCESS', results: { orderId: 'slot-3' } });
    expect(await sharedCommits(database(), 'stubborn')).toEqual([{ orders: 1, entries: 1 }]);
  });

  test('a second one after the first was committed is refused; what the task does later does not count', async () => {
    const codes: unknown[] = [];
    const greedy = defineTask({
      name: 'place',
      requires: ['id'],
      provides: ['orderId'],
      async execute({ id }: { id: string }, ctx: Context) {
        const place = () =>
          transaction(ctx, ctx.services.db, async (trx) => {
            await trx.insertInto('orders').values({ id, attempt: ctx.attempt, slot: id }).execute();
            return { orderId: id };
          });
        const placed = await place();
        codes.push(await place().catch((error) => isFlowproofError(error) && error.code));
        if (codes.length > 0) throw new Error('too late');
        return placed;
      },
    });
    const { result } = await run(linear('single').input<{ id: string }>().add(greedy).build(), 'greedy');
    expect([result.state, codes]).toEqual(['SUCCESS', ['TRANSACTION_LATE']]);
    expect(await ordersOf(database(), 'greedy')).toHaveLength(1);
  });

  test('one that the task does not await is rolled back', async () => {
    const outcomes: unknown[] = [];
    let over: Promise<unknown> = Promise.resolve();
    const careless = defineTask({
      name: 'place',
      requires: ['id'],
      provides: ['orderId'],
      async execute({ id }: { id: string }, ctx: Context) {
        over = transaction(ctx, ctx.services.db, async (trx) => {
          await trx.insertInto('orders').values({ id, attempt: ctx.attempt, slot: id }).execute();
          return { orderId: id };
        }).catch((error) => outcomes.push(isFlowproofError(error) && error.code));
        return { orderId: 'too early' };
      },
    });
    const { result } = await run(linear('single').input<{ id: string }>().add(careless).build(), 'careless');
    await over;
    expect([result.state, outcomes]).toEqual(['SUCCESS', ['TRANSACTION_LATE']]);
    expect(await ordersOf(database(), 'careless')).toEqual([]);
  });

  test('a revert ends with a transaction, too', async () => {
    const kept = defineTask({
      name: 'keep',
      requires: ['id'],
      provides: ['orderId'],
      async execute({ id }: { id: string }, ctx: Context) {
        return transaction(ctx, ctx.services.db, async (trx) => {
          await trx.insertInto('orders').values({ id, attempt: 1, slot: id }).execute();
          return { orderId: id };
        });
      },
      async revert({ id }: { id: string }, _, ctx: Context) {
        await transaction(ctx, ctx.services.db, async (trx) => {
          await trx
            .insertInto('orders')
            .values({ id, attempt: -1, slot: `${id} undone` })
            .execute();
        });
      },
    });
    const refuse = defineTask({
      name: 'refuse',
      requires: ['orderId'],
      async execute(_: { orderId: string }) {
        throw new Error('no');
      },
    });
    const flow = linear('undone').input<{ id: string }>().add(kept).add(refuse).build();
    const services = { db: shop.db, log: [] };
    await using app = flowproof({ persistence: postgres(database().url), flows: [flow], services });
    expect((await app.run(flow, { id: 'undone', inputs: { id: 'undone' } })).state).toBe('REVERTED');
    expect(await sharedCommits(database(), 'undone')).toEqual([
      { orders: 1, entries: 1 },
      { orders: 1, entries: 1 },
    ]);
  });
});
