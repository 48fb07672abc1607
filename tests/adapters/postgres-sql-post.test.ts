import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { conductor, defineTask, flowproof, linear, waitFor } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';

const pack = defineTask({
  name: 'pack',
  requires: ['item'],
  provides: ['parcel'],
  execute: async ({ item }: { item: string }) => ({ parcel: `a ${item}` }),
});
const order = linear('order').input<{ item: string }>().add(pack).build();
const waiting = linear('order', { version: 2 }).input<{ item: string }>().add(waitFor('go')).add(pack).build();

/** The statement as it stands in the documentation. */
const [, POST = ''] = readFileSync(new URL('../../docs/jobs.md', import.meta.url), 'utf8').match(/```sql\n([\s\S]*?)```/) ?? [];

describePostgres('a run that is posted by plain SQL', (database) => {
  const stops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
    await database().admin.query('drop schema flowproof cascade');
  });
  const open = <Flow extends typeof order | typeof waiting>(flow: Flow) => {
    const app = flowproof({ persistence: postgres(database().url), flows: [flow], recover: false });
    stops.push(() => app.stop());
    return app;
  };

  test('is done by conductors, once, with its inputs and its priority', async () => {
    const app = open(order);
    await app.run(order, { id: 'first', inputs: { item: 'vase' } });
    const { admin } = database();
    expect((await admin.query(POST)).rows).toEqual([{ key: 'o-77', told: '' }]);
    expect((await admin.query(POST)).rows).toEqual([]);
    expect(await app.inspect('o-77')).toMatchObject({ state: 'PENDING', priority: 5, inputs: { item: 'lamp' } });
    // The newest comes first: its id is in its place.
    expect((await app.runs()).runs.map(({ id }) => id)).toEqual(['o-77', 'first']);
    const works = conductor(app);
    stops.push(() => works.stop());
    await works.start();
    expect(await app.handle(order, 'o-77').result()).toMatchObject({ state: 'SUCCESS', results: { parcel: 'a lamp' } });
    await expect(app.post(order, { id: 'o-77', inputs: { item: 'lamp' } })).rejects.toMatchObject({ code: 'RUN_CONFLICT' });
  });

  test('is never there when its transaction is rolled back, and says what it needs of who reads it', async () => {
    const app = open(waiting);
    await app.post(waiting, { id: 'first', inputs: { item: 'vase' }, delayMs: 3_600_000 });
    const client = await database().admin.connect();
    await client.query('begin');
    expect((await client.query(POST)).rowCount).toBe(1);
    await client.query('rollback');
    await expect(app.inspect('o-77')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await client.query(POST);
    client.release();
    const { rows } = await database().admin.query("select needs from flowproof.runs where key in ('first', 'o-77')");
    expect(rows).toEqual([{ needs: 2 }, { needs: 2 }]);
  });

  test('is none where no app has had the flow', async () => {
    await open(order).ready();
    expect((await database().admin.query(POST)).rows).toEqual([]);
  });
});
