import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { concurrent, defineTask, file, flowproof, linear, memory, type Persistence, times, unordered } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';

interface Inputs {
  readonly id: string;
  readonly tenant: string;
}

/** Calls that begin and end when the test says so. */
function desk() {
  const begun: string[] = [];
  const ends = new Map<string, (fails?: boolean) => void>();
  let most = 0;
  const call = (id: string): Promise<void> => {
    begun.push(id);
    return new Promise((resolve, reject) => {
      ends.set(id, (fails = false) => {
        ends.delete(id);
        if (fails) reject(new Error('the partner is busy'));
        else resolve();
      });
      most = Math.max(most, ends.size);
    });
  };
  const under = (): readonly string[] => [...ends.keys()];
  const has = (count: number): Promise<void> => vi.waitFor(() => expect(begun.length).toBeGreaterThanOrEqual(count), WAIT);
  return { begun, call, under, has, end: (id: string, fails?: boolean) => ends.get(id)?.(fails), most: () => most };
}
const WAIT = { timeout: 20_000, interval: 5 };

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

type Limits = Pick<Parameters<typeof defineTask>[0], 'retry' | 'deadlineMs'> & {
  readonly concurrency?: object | number;
  readonly rate?: object;
};

function setUp(limits: Limits, persistence: Persistence = memory(), more: { readonly apps?: number } = {}) {
  const partner = desk();
  const bill = defineTask({
    name: 'bill',
    requires: ['id', 'tenant'],
    ...(limits as { readonly concurrency?: number }),
    execute: ({ id }: Inputs) => partner.call(id),
    revert: async () => undefined,
  });
  const flow = linear('billing').input<Inputs>().add(bill).build();
  const apps = Array.from({ length: more.apps ?? 1 }, () => {
    const app = flowproof({ persistence, flows: [flow], executor: concurrent(), graceMs: 1 });
    stops.push(() => app.stop());
    return app;
  });
  const [app] = apps as [(typeof apps)[number]];
  const start = (id: string, tenant = 'a', by = app) => by.start(flow, { id, inputs: { id, tenant } });
  const waits = (id: string, by: Pick<typeof app, 'inspect'> = app) =>
    vi.waitFor(async () => expect((await by.inspect(id)).waiting).toMatchObject({ for: 'slot', name: 'task:bill' }), WAIT);
  return { partner, bill, flow, app, apps, start, waits };
}

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
