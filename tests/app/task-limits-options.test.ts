import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { concurrent, defineTask, file, flowproof, linear, memory, times, unordered } from '../../src/index.js';

import { desk, type Inputs, setUp, stops, WAIT } from './task-limits-rig.js';

describe('limits of tasks', () => {
  test('hold up nothing else of a run, whose siblings go back with it when one of them fails', async () => {
    const partner = desk();
    const bill = defineTask({ name: 'bill', requires: ['id'], concurrency: 1, execute: ({ id }: { id: string }) => partner.call(id) });
    const other = defineTask({ name: 'other', execute: () => partner.call('other') });
    const flow = unordered('both').input<{ id: string }>().add(bill, { name: 'one' }).add(bill, { name: 'two' }).add(other).build();
    const app = flowproof({ persistence: memory(), flows: [flow], executor: concurrent({ perRun: 2 }) });
    stops.push(() => app.stop());
    const run = await app.start(flow, { id: 'r', inputs: { id: 'x' } });
    await partner.has(2);
    expect([...partner.begun].sort()).toEqual(['other', 'x']);
    partner.end('other', true);
    partner.end('x');
    expect((await run.result()).state).toBe('REVERTED');
    expect(partner.begun).toHaveLength(2);
  });

  test('of a node count instead of those of its task, in one row with them', async () => {
    const { partner, bill } = setUp({ concurrency: 1 });
    const wide = linear('wide').input<Inputs>().add(bill, { concurrency: 3 }).build();
    const app = flowproof({ persistence: memory(), flows: [wide], executor: concurrent(), graceMs: 1 });
    stops.push(() => app.stop());
    for (const id of ['1', '2', '3', '4']) await app.start(wide, { id, inputs: { id, tenant: 'a' } });
    await partner.has(3);
    await vi.waitFor(async () => expect(await app.limits.list()).toMatchObject([{ concurrency: 3, inUse: 3, waiting: 1 }]), WAIT);
  });

  test('a function says by what is counted', async () => {
    const key = ({ tenant }: Inputs): string => tenant.slice(0, 1);
    const { partner, app, start, waits } = setUp({ concurrency: { limit: 1, key } });
    await start('1', 'acme');
    await start('2', 'bolt');
    await partner.has(2);
    await start('3', 'apex');
    await waits('3');
    expect((await app.inspect('3')).waiting).toMatchObject({ key: 'a' });
  });

  test.each([
    [
      'throws',
      () => {
        throw Object.assign(new Error('no key'), { code: 'NO_KEY' });
      },
      'NO_KEY',
    ],
    ['waits', async () => 'a', 'LIMIT_KEY_UNFIT'],
    ['gives an object', () => ({}), 'LIMIT_KEY_UNFIT'],
    ['gives a text that is too long', () => 'x'.repeat(501), 'LIMIT_KEY_UNFIT'],
  ])('a function that %s is the failure of its task, which is not called', async (_, key, code) => {
    const { partner, app, flow } = setUp({ concurrency: { limit: 1, key } });
    const result = await app.run(flow, { inputs: { id: '1', tenant: 'a' } });
    expect(result).toMatchObject({ state: 'REVERTED', failures: [{ path: 'billing/bill', failure: { code } }] });
    expect(partner.begun).toEqual([]);
  });

  test('the time of a task counts while its next attempt waits', async () => {
    const persistence = memory();
    const { partner, app, bill, flow, waits } = setUp({ concurrency: 1, retry: times(2), deadlineMs: 2_000 }, persistence);
    const run = app.run(flow, { id: '1', inputs: { id: '1', tenant: 'a' } });
    await partner.has(1);
    // What holds the slot meanwhile has all the time that it likes.
    const other = linear('other').input<Inputs>().add(bill, { deadlineMs: Number.POSITIVE_INFINITY }).build();
    const holder = flowproof({ persistence, flows: [other], executor: concurrent(), graceMs: 1 });
    stops.push(() => holder.stop());
    await holder.start(other, { id: '2', inputs: { id: '2', tenant: 'a' } });
    await waits('2', holder);
    partner.end('1', true);
    await partner.has(2);
    expect(await run).toMatchObject({ state: 'REVERTED', failures: [{ failure: { code: 'DEADLINE' } }] });
    expect(partner.begun).toEqual(['1', '2']);
  });

  test('can be changed of tasks whose code states some', async () => {
    const free = defineTask({ name: 'free', execute: async () => undefined });
    const app = flowproof({ persistence: memory(), flows: [linear('all').add(free).build()] });
    stops.push(() => app.stop());
    await expect(app.limits.set('task:free', { concurrency: 1 })).rejects.toThrow(
      "limit 'task:free': the code of task 'free' states no limit, so that its calls are not counted: state one in it",
    );
    await app.limits.set('task:elsewhere', { concurrency: 1 });
    expect(await app.limits.list()).toMatchObject([{ name: 'task:elsewhere', task: 'elsewhere', concurrency: 1 }]);
  });

  test('are kept by files as in memory', async () => {
    const { partner, start, waits } = setUp({ concurrency: 1 }, file(await mkdtemp(join(tmpdir(), 'flowproof-task-limits-'))));
    const first = await start('1');
    await partner.has(1);
    await start('2');
    await waits('2');
    partner.end('1');
    expect((await first.result()).state).toBe('SUCCESS');
    await partner.has(2);
    partner.end('2');
  });
});
