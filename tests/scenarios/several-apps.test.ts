import { afterEach, expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { type App, defineTask, flowproof, linear, type Persistence } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';

const called: string[] = [];
const flowOf = <const Name extends string>(name: Name) =>
  linear(name)
    .add(defineTask({ name: 'work', execute: async (_: {}, { runId }) => void called.push(`${name} ${runId}`) }))
    .build();
const billing = flowOf('billing');
const shipping = flowOf('shipping');

describePostgres('several apps on one database', (database) => {
  let apps: App<[]>[] = [];
  afterEach(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    apps = [];
    called.length = 0;
  });
  const opened = <const Flow extends typeof billing | typeof shipping>(flow: Flow, persistence: Persistence) => {
    const app = flowproof({ persistence, flows: [flow], leaseMs: 500 });
    apps.push(app as unknown as App<[]>);
    return app;
  };

  test('in one schema, an app takes up no run of a flow that it does not have; whoever has the flow does', async () => {
    const asking = flowproof({ persistence: postgres(database().url), flows: [billing], recover: false });
    await asking.post(billing, { id: 'b-1' });
    await asking.stop();

    const other = opened(shipping, postgres(database().url));
    await other.ready();
    // Its own comes after it, and is taken up: so the app has looked.
    await other.post(shipping, { id: 's-1' });
    expect((await other.handle(shipping, 's-1').result()).state).toBe('SUCCESS');
    expect(await other.handle('b-1').state()).toBe('PENDING');
    await expect(other.resume('b-1')).rejects.toThrow("'billing'");

    const having = opened(billing, postgres(database().url));
    expect((await having.run(billing, { id: 'b-1' })).state).toBe('SUCCESS');
    expect(called).toEqual(['shipping s-1', 'billing b-1']);
  });

  test('in two schemas, one id is two runs, and neither app sees, prunes or cancels that of the other', async () => {
    const ours = opened(billing, postgres(database().url, { schema: 'ours' }));
    const theirs = opened(billing, postgres(database().url, { schema: 'theirs' }));
    await ours.run(billing, { id: 'o-1' });
    await expect(theirs.handle('o-1').state()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await expect(theirs.cancel('o-1')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await theirs.run(billing, { id: 'o-1' });
    expect(called).toEqual(['billing o-1', 'billing o-1']);
    expect(await theirs.prune({ olderThanMs: 0 })).toBe(1);
    expect([(await ours.runs()).runs.length, (await theirs.runs()).runs.length]).toEqual([1, 0]);
  });
});
