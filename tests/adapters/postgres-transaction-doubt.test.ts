import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { postgres, transaction } from '../../src/adapters/postgres/index.js';
import {
  concurrent,
  defineRetry,
  defineTask,
  type Flow,
  flowproof,
  isFlowproofError,
  linear,
  type TaskContext,
  times,
  unordered,
} from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';
import { startWire, type Wire } from '../support/wire.js';
import { holdCommits, ordersOf, SHOP, type ShopDatabase, sharedCommits, shopOver, statesOf, waiting } from './transaction-rig.js';

interface Services {
  db: ShopDatabase['db'];
  log: string[];
}
type Context = TaskContext<Services>;

const place = defineTask({
  name: 'place',
  requires: ['id'],
  provides: ['orderId'],
  async execute({ id }: { id: string }, ctx: Context) {
    const placed = await transaction(ctx, ctx.services.db, async (trx) => {
      ctx.services.log.push(`place ${ctx.attempt}`);
      await trx.insertInto('orders').values({ id, attempt: ctx.attempt, slot: id }).execute();
      return { orderId: id };
    });
    ctx.services.log.push('committed');
    return placed;
  },
});

type Placing = Flow<string, { id: string }, { orderId: string }, Services>;
const single: Placing = linear('single').input<{ id: string }>().add(place).build();
const twice: Placing = linear('twice').input<{ id: string }>().retry(times(2)).add(place).build();

/** Waits for the end of a transaction a short time only; for all else as long as it takes. */
class HastyClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of pg say less than this one line.
  override query(...args: any[]): any {
    const ends = args[0] === 'commit' || args[0] === 'rollback';
    return ends ? super.query({ text: args[0], query_timeout: 50 } as pg.QueryConfig) : super.query(...(args as [string]));
  }
}

/** Something that others wait for. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describePostgres('a COMMIT whose end is not known', (database) => {
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

  test('its answer is lost: it did its work, nothing is done twice', async () => {
    const log: string[] = [];
    await using app = appWith(twice, log);
    wire.atCommit('lose-answer');
    expect(await app.run(twice, { id: 'answer', inputs: { id: 'answer' } })).toMatchObject({
      state: 'SUCCESS',
      results: { orderId: 'answer' },
    });
    expect(log).toEqual(['place 1', 'committed']);
    expect(await sharedCommits(database(), 'answer')).toEqual([{ orders: 1, entries: 1 }]);
  });

  test('it never arrived: nothing is there, and the task has failed', async () => {
    const log: string[] = [];
    await using app = appWith(single, log);
    wire.atCommit('lose-request');
    const result = await app.run(single, { id: 'request', inputs: { id: 'request' } });
    expect(result).toMatchObject({ state: 'REVERTED', failures: [{ path: 'single/place' }] });
    expect(await ordersOf(database(), 'request')).toEqual([]);
  });

  test('it never arrived, and there is a retry: done once', async () => {
    const log: string[] = [];
    await using app = appWith(twice, log);
    wire.atCommit('lose-request');
    expect((await app.run(twice, { id: 'again', inputs: { id: 'again' } })).state).toBe('SUCCESS');
    expect(log).toEqual(['place 1', 'place 1', 'committed']);
    expect(await sharedCommits(database(), 'again')).toEqual([{ orders: 1, entries: 1 }]);
  });

  test('the client’s patience ends while the server still commits: it is waited for', async () => {
    const log: string[] = [];
    const hasty = shopOver(database().url, { Client: HastyClient });
    await using app = appWith(twice, log, hasty.db);
    const slow = await holdCommits(database().url);
    const running = app.run(twice, { id: 'slow-1', inputs: { id: 'slow-1' } });
    // The journal stands behind the transaction: so the client has given up.
    await waiting(database(), 'transactionid');
    await slow.letGo();
    expect((await running).state).toBe('SUCCESS');
    expect(log).toEqual(['place 1', 'committed']);
    expect(await sharedCommits(database(), 'slow-1')).toEqual([{ orders: 1, entries: 1 }]);
    await hasty.end();
  });

  test('no answer at all, and a client that would wait for ever: the engine asks the journal after its own patience', async () => {
    const log: string[] = [];
    await using app = flowproof({
      persistence: postgres(database().url),
      flows: [twice],
      services: { db: shop.db, log },
      storeTimeoutMs: 400,
    });
    const slow = await holdCommits(database().url);
    const running = app.run(twice, { id: 'slow-2', inputs: { id: 'slow-2' } });
    await waiting(database(), 'advisory');
    const outcome = running.catch((error) => isFlowproofError(error) && error.code);
    expect(await outcome).toBe('STORE_UNREACHABLE');
    await slow.letGo();
    expect((await app.run(twice, { id: 'slow-2', inputs: { id: 'slow-2' } })).state).toBe('SUCCESS');
    expect(log.filter((line) => line !== 'committed')).toEqual(['place 1']);
  });

  test('the app is stopped meanwhile: it does not wait, and whoever resumes the run finds out', async () => {
    const log: string[] = [];
    const app = appWith(twice, log);
    const slow = await holdCommits(database().url);
    const running = app.run(twice, { id: 'slow-3', inputs: { id: 'slow-3' } }).catch((error) => isFlowproofError(error) && error.code);
    await waiting(database(), 'advisory');
    await app.stop();
    expect(await running).toBe('APP_STOPPED');
    await using other = appWith(twice, log);
    const resumed = other.resume(twice, 'slow-3');
    await waiting(database(), 'transactionid');
    await slow.letGo();
    expect(await resumed).toMatchObject({ state: 'SUCCESS', results: { orderId: 'slow-3' } });
    expect(log.filter((line) => line !== 'committed')).toEqual(['place 1']);
    expect(await ordersOf(database(), 'slow-3')).toHaveLength(1);
  });

  test('the app is stopped while fn runs: it is rolled back, and done by whoever resumes the run', async () => {
    const [inside, letGo] = [gate(), gate()];
    const flow: Placing = linear('stopped')
      .input<{ id: string }>()
      .add(
        defineTask({
          name: 'place',
          requires: ['id'],
          provides: ['orderId'],
          async execute({ id }: { id: string }, ctx: Context) {
            return transaction(ctx, ctx.services.db, async (trx) => {
              await trx.insertInto('orders').values({ id, attempt: ctx.attempt, slot: id }).execute();
              inside.open();
              await letGo.opened;
              return { orderId: id };
            }).finally(() => ctx.services.log.push('over'));
          },
        }),
      )
      .build();
    const log: string[] = [];
    const app = appWith(flow, log);
    const running = app.run(flow, { id: 'stopped', inputs: { id: 'stopped' } }).catch((error) => isFlowproofError(error) && error.code);
    await inside.opened;
    await app.stop();
    expect(await running).toBe('APP_STOPPED');
    letGo.open();
    await vi.waitFor(() => expect(log).toEqual(['over']));
    expect(await ordersOf(database(), 'stopped')).toEqual([]);
    await using other = appWith(flow, log);
    expect((await other.resume(flow, 'stopped')).state).toBe('SUCCESS');
    expect(await ordersOf(database(), 'stopped')).toMatchObject([{ attempt: 2 }]);
  });

  test('another engine took over while fn ran: its rows are rolled back, there are those of the other one', async () => {
    const [inside, letGo] = [gate(), gate()];
    let first = true;
    const flow: Placing = linear('moved')
      .input<{ id: string }>()
      .add(
        defineTask({
          name: 'place',
          requires: ['id'],
          provides: ['orderId'],
          async execute({ id }: { id: string }, ctx: Context) {
            const waits = first;
            first = false;
            return transaction(ctx, ctx.services.db, async (trx) => {
              await trx
                .insertInto('orders')
                .values({ id, attempt: ctx.attempt, slot: `${id} ${ctx.fence}` })
                .execute();
              inside.open();
              if (waits) await letGo.opened;
              return { orderId: `${id} ${ctx.fence}` };
            });
          },
        }),
      )
      .build();
    await using old = appWith(flow, []);
    await using other = appWith(flow, []);
    const lost = old.run(flow, { id: 'moved', inputs: { id: 'moved' } }).catch((error) => isFlowproofError(error) && error.code);
    await inside.opened;
    expect(await other.resume(flow, 'moved', { takeover: 'force' })).toMatchObject({ state: 'SUCCESS', results: { orderId: 'moved 1' } });
    letGo.open();
    expect(await lost).toBe('STALE_RUN');
    expect(await ordersOf(database(), 'moved')).toMatchObject([{ attempt: 2, slot: 'moved 1' }]);
  });

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
