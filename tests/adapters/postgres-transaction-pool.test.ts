import { beforeAll, expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { concurrent, flowproof, unordered } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';
import { placing } from './postgres-ordering.js';
import { SHOP, sharedCommits, shopOver } from './transaction-rig.js';

describePostgres('a task that ends with a transaction', (database) => {
  beforeAll(() => database().admin.query(SHOP));

  test.each([1, 3])('a pool of %i that other transactions have drained: each waits its turn, none is lost', async (max) => {
    const small = shopOver(database().url, { max });
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let taken = 0;
    const all = new Promise<void>((resolve) => {
      const take = () =>
        small.db.transaction().execute(async () => {
          if (++taken === max) resolve();
          await held;
        });
      for (let one = 0; one < max; one++) void take();
    });
    await all;
    const one = (node: string) =>
      placing(async ({ id }, insert) => {
        await insert({ slot: `${id} ${node}` });
        return { orderId: id };
      });
    const flow = unordered('drained')
      .input<{ id: string }>()
      .add(one('a'), { name: 'a', provides: { orderId: 'a' } })
      .add(one('b'), { name: 'b', provides: { orderId: 'b' } })
      .add(one('c'), { name: 'c', provides: { orderId: 'c' } })
      .add(one('d'), { name: 'd', provides: { orderId: 'd' } })
      .add(one('e'), { name: 'e', provides: { orderId: 'e' } })
      .build();
    const services = { db: small.db, log: [] as string[] };
    await using app = flowproof({ persistence: postgres(database().url), flows: [flow], services, executor: concurrent({ perRun: 5 }) });
    const ids = [1, 2, 3, 4].map((run) => `drained ${max} ${run}`);
    const results = Promise.all(ids.map((id) => app.run(flow, { id, inputs: { id } })));
    letGo();
    expect((await results).map(({ state }) => state)).toEqual(ids.map(() => 'SUCCESS'));
    expect(await sharedCommits(database(), `drained ${max} %`)).toEqual(Array.from({ length: 20 }, () => ({ orders: 1, entries: 1 })));
    expect(services.log).toHaveLength(20);
    await small.end();
  });
});
