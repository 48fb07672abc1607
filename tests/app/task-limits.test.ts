import { describe, expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { memory, type Persistence, times } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';

import { setUp, WAIT } from './task-limits-rig.js';

function promises(name: string, store: () => Promise<Persistence> | Persistence) {
  describe(`limits of tasks, ${name}`, () => {
    test('let one call be under way, and then the others in the order in which they became ready, over all apps', async () => {
      const { partner, apps, start, waits } = setUp({ concurrency: 1 }, await store(), { apps: 2 });
      const ids = ['1', '2', '3', '4', '5', '6'];
      const runs = [];
      for (const [index, id] of ids.entries()) {
        runs.push(await start(id, 'a', apps[index % 2]));
        if (index === 0) await partner.has(1);
        else await waits(id);
      }
      for (const id of ids) {
        await vi.waitFor(() => expect(partner.under()).toContain(id), WAIT);
        partner.end(id);
      }
      for (const run of runs) expect((await run.result()).state).toBe('SUCCESS');
      expect(partner.begun).toEqual(ids);
      expect(partner.most()).toBe(1);
    });

    test('count each value of a key for itself, so that none waits behind another, however much that has', async () => {
      const { partner, app, start, waits } = setUp({ concurrency: { limit: 1, key: 'tenant' } }, await store());
      for (let n = 0; n < 20; n++) await start(`heavy${n}`, 'heavy');
      await waits('heavy19');
      const other = await start('light', 'light');
      await vi.waitFor(() => expect(partner.under()).toContain('light'), WAIT);
      expect(partner.under()).toHaveLength(2);
      partner.end('light');
      expect((await other.result()).state).toBe('SUCCESS');
      const { atoms, waiting } = await app.inspect('heavy19');
      expect(waiting).toEqual({ path: 'billing/bill', for: 'slot', name: 'task:bill', key: 'heavy', sinceMs: expect.any(Number) });
      expect(atoms).toMatchObject([{ state: 'PENDING', executions: 0, waiting: { for: 'slot', key: 'heavy' } }]);
      expect(await app.limits.list()).toMatchObject([
        { name: 'task:bill', task: 'bill', key: 'tenant', concurrency: 1, inUse: 1, waiting: 19 },
      ]);
    });

    test('are what an operator says, from the next call on', async () => {
      const { partner, app, start, waits } = setUp({ concurrency: 1 }, await store());
      for (const id of ['1', '2', '3', '4']) await start(id);
      await partner.has(1);
      await waits('4');
      expect(partner.begun).toEqual(['1']);
      await app.limits.set('task:bill', { concurrency: 3 });
      await partner.has(3);
      expect(partner.begun).toEqual(['1', '2', '3']);
      await app.limits.reset('task:bill');
      partner.end('1');
      partner.end('2');
      await vi.waitFor(async () => expect((await app.limits.list())[0]?.inUse).toBe(1), WAIT);
      expect(partner.begun).toEqual(['1', '2', '3']);
      partner.end('3');
      await partner.has(4);
    });

    test('are free between two attempts, and each attempt waits anew', async () => {
      const { partner, start, waits } = setUp({ concurrency: 1, retry: times(2) }, await store());
      const first = await start('1');
      await partner.has(1);
      await start('2');
      await waits('2');
      partner.end('1', true);
      await vi.waitFor(() => expect(partner.under()).toEqual(['2']), WAIT);
      await waits('1');
      partner.end('2');
      await partner.has(3);
      partner.end('1');
      expect((await first.result()).state).toBe('SUCCESS');
      expect(partner.begun).toEqual(['1', '2', '1']);
    });

    test('a rate counts starts', async () => {
      const { partner, start, waits } = setUp({ rate: { limit: 2, perMs: 60_000 } }, await store(), { apps: 2 });
      for (const id of ['1', '2']) {
        await start(id);
        await vi.waitFor(() => expect(partner.under()).toContain(id), WAIT);
        partner.end(id);
      }
      await start('3');
      await waits('3');
      expect(partner.begun).toEqual(['1', '2']);
    });

    test('a run that waits is cancelled at once, and others are not held up by it', async () => {
      const { partner, app, start, waits } = setUp({ concurrency: 1 }, await store());
      await start('1');
      await partner.has(1);
      const second = await start('2');
      await waits('2');
      const third = await start('3');
      await waits('3');
      await second.cancel();
      expect((await second.result()).state).toBe('CANCELLED');
      expect(await app.limits.list()).toMatchObject([{ inUse: 1, waiting: 1 }]);
      partner.end('1');
      await partner.has(2);
      partner.end('3');
      expect((await third.result()).state).toBe('SUCCESS');
      expect(partner.begun).toEqual(['1', '3']);
    });

    test('a run that waits is suspended at once, has no place meanwhile, and waits again when it goes on', async () => {
      const { partner, app, flow, start, waits } = setUp({ concurrency: 1 }, await store());
      await start('1');
      await partner.has(1);
      const second = await start('2');
      await waits('2');
      await second.suspend();
      expect((await second.result()).state).toBe('SUSPENDED');
      expect(await app.limits.list()).toMatchObject([{ inUse: 1, waiting: 0 }]);
      const resumed = app.resume(flow, '2');
      await waits('2');
      partner.end('1');
      await partner.has(2);
      partner.end('2');
      expect((await resumed).state).toBe('SUCCESS');
    });

    test('a run whose time is over while it waits goes back without its task', async () => {
      const { partner, app, flow, start } = setUp({ concurrency: 1 }, await store());
      await start('1');
      await partner.has(1);
      const late = await app.run(flow, { id: 'late', inputs: { id: 'late', tenant: 'a' }, deadlineMs: 300 });
      expect(late).toMatchObject({ state: 'REVERTED' });
      expect(partner.begun).toEqual(['1']);
      await vi.waitFor(async () => expect(await app.limits.list()).toMatchObject([{ inUse: 1, waiting: 0 }]), WAIT);
    });

    test('an app that stops does not wait for slots, and who goes on with its run has its place', async () => {
      const persistence = await store();
      const { partner, flow, start, waits, apps } = setUp({ concurrency: 1 }, persistence, { apps: 2 });
      const [one, two] = apps as [(typeof apps)[number], (typeof apps)[number]];
      await start('1', 'a', two);
      await partner.has(1);
      const left = await start('2', 'a', one);
      await waits('2');
      await one.stop();
      await expect(left.result()).rejects.toMatchObject({ code: 'APP_STOPPED' });
      const resumed = two.resume(flow, '2');
      await start('3', 'a', two);
      await waits('3', two);
      partner.end('1');
      await partner.has(2);
      partner.end('2');
      expect((await resumed).state).toBe('SUCCESS');
      expect(partner.begun.slice(0, 2)).toEqual(['1', '2']);
      partner.end('3');
    });
  });
}

promises('in memory', () => memory());
describePostgres('limits of tasks', (database) => {
  let count = 0;
  promises('on PostgreSQL', () => postgres(database().url, { schema: `limits${count++}` }));
});
