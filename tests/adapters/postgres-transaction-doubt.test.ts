import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { postgres, transaction } from '../../src/adapters/postgres/index.js';
import { defineTask, flowproof, isFlowproofError, linear, times } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';
import { startWire, type Wire } from '../support/wire.js';
import { type Context, gate, type Placing, place } from './postgres-placing.js';
import { holdCommits, ordersOf, SHOP, type ShopDatabase, sharedCommits, shopOver, waiting } from './transaction-rig.js';

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
});
