import { expect, onTestFinished, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { flowproof } from '../../src/index.js';
import type { ShownRun } from '../../src/ui/views/run.js';
import type { ListedRuns } from '../../src/ui/views/runs.js';
import { describePostgres } from '../support/postgres.js';
import { order, provision, shop, stuck } from './demo-apps.js';
import { served } from './served.js';

describePostgres('the page of a PostgreSQL', (database) => {
  test('is served by an app without flows, and asks the processes that have them', async () => {
    const { app, services } = shop(postgres(database().url));
    services.mayRevert = true;
    const viewer = flowproof({ persistence: postgres(database().url, { migrate: false }), flows: [], recover: false });
    onTestFinished(async () => {
      services.gate.open();
      await viewer.stop();
      await app.stop();
    });
    for (const id of ['a', 'b', 'c']) await app.run(order, { id, inputs: { order: id, card: '4242' } });
    services.mayRevert = false;
    await app.run(stuck, { id: 'stuck' });
    services.mayRevert = true;
    await app.start(provision, { id: 'p' });
    const { get, post } = await served(viewer);
    const read = async <Answer>(path: string): Promise<Answer> => (await get(`/apps/app/${path}`)).json() as Promise<Answer>;
    const { next = '' } = await read<ListedRuns>('runs?limit=2&state=SUCCESS');
    expect((await read<ListedRuns>(`runs?limit=2&state=SUCCESS&before=${next}`)).runs.map(({ id }) => id)).toEqual(['a']);
    expect(await read('counts')).toMatchObject({ SUCCESS: { count: 3 }, FAILURE: { count: 1 }, RUNNING: { count: 1 } });
    expect(await read('failures')).toMatchObject({ groups: [{ count: 1 }, { count: 1 }] });
    for (const query of ['text=%00', 'flow=%00', 'metadata=a=%00', 'logbook=%00'])
      expect([query, (await get(`/apps/app/runs?${query}`)).status]).toEqual([query, 400]);
    expect((await get('/apps/app/run?id=%00')).status).toBe(404);
    for (const place of ['schedules', 'board', 'limits', 'run/graph?id=stuck'])
      expect([place, (await get(`/apps/app/${place}`)).status]).toEqual([place, 200]);
    // What another process writes is followed, too.
    const stream = await get('/apps/app/run/events?id=p');
    expect((await post('/apps/app/run/action', { id: 'p', action: 'cancel' })).status).toBe(200);
    expect(await stream.text()).toContain('"state":"CANCELLED"');
    expect(await read<ShownRun>('run?id=p')).toMatchObject({ state: 'CANCELLED', known: false });
    expect((await post('/apps/app/run/action', { id: 'stuck', action: 'retryRevert', path: 'stuck/make-volume' })).status).toBe(200);
    await expect.poll(async () => (await read<ShownRun>('run?id=stuck')).state).toBe('REVERTED');
  });
});
