import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { encrypted, file, flowproof, linear, memory, type Persistence, waitFor } from '../../src/index.js';

const asks = linear('asks', { concurrency: 1 }).input<{ customer: string }>().add(waitFor('answer')).build();
const each = linear('each', { concurrency: { limit: 1, key: 'customer' }, rate: { limit: 5, perMs: 1_000, key: 'customer' } })
  .input<{ customer: string }>()
  .add(waitFor('answer'))
  .build();
const plain = linear('plain').add(waitFor('answer')).build();

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

function opened(persistence: Persistence = memory()) {
  const app = flowproof({ persistence, flows: [asks, each, plain] });
  stops.push(() => app.stop());
  return app;
}
const inputs = { customer: 'a' };
const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'flowproof-app-limits-'));
const stores = [
  ['memory', async () => memory()],
  ['file', async () => file(await folder())],
  ['an encrypted store', async () => encrypted(file(await folder()), { keys: [{ id: 'one', key: Buffer.alloc(32, 7) }] })],
] as const;

describe.each(stores)('app.limits, in %s', (_, store) => {
  test('changes a limit while runs wait for it, and goes back to what the code says', async () => {
    const app = opened(await store());
    const first = await app.start(asks, { id: 'first', inputs });
    const second = await app.start(asks, { id: 'second', inputs });
    const third = await app.start(asks, { id: 'third', inputs });
    await expect.poll(() => first.state()).toBe('RUNNING');
    expect(await second.state()).toBe('PENDING');
    const of = async () => (await app.limits.list()).find(({ flow }) => flow === 'asks');
    expect(await of()).toEqual({ name: 'flow:asks', flow: 'asks', concurrency: 1, code: { concurrency: 1 }, inUse: 1, waiting: 2 });
    await app.limits.set('flow:asks', { concurrency: 2 });
    await expect.poll(() => second.state()).toBe('RUNNING');
    expect(await third.state()).toBe('PENDING');
    expect(await of()).toMatchObject({ concurrency: 2, code: { concurrency: 1 }, changedAtMs: expect.any(Number), inUse: 2, waiting: 1 });
    await app.limits.reset('flow:asks');
    expect(await of()).toEqual({ name: 'flow:asks', flow: 'asks', concurrency: 1, code: { concurrency: 1 }, inUse: 2, waiting: 1 });
    // Two are under way still, and there is room for one: only when both have ended the third begins.
    await app.signal(asks, 'first', 'answer');
    await first.result();
    expect(await third.state()).toBe('PENDING');
    await app.signal(asks, 'second', 'answer');
    await app.signal(asks, 'third', 'answer');
    expect(await third.result()).toMatchObject({ state: 'SUCCESS' });
  });
});

describe('app.limits', () => {
  test('lists what the flows of the app state, with the key, and none that state nothing', async () => {
    const app = opened();
    const rate = { limit: 5, perMs: 1_000 };
    expect(await app.limits.list()).toEqual([
      { name: 'flow:asks', flow: 'asks', concurrency: 1, code: { concurrency: 1 }, inUse: 0, waiting: 0 },
      { name: 'flow:each', flow: 'each', key: 'customer', concurrency: 1, rate, code: { concurrency: 1, rate }, inUse: 0, waiting: 0 },
    ]);
    await app.limits.set('flow:of-another-app', { rate: { limit: 1, perMs: 2 } });
    expect((await app.limits.list()).at(-1)).toMatchObject({ flow: 'of-another-app', rate: { limit: 1, perMs: 2 }, inUse: 0 });
  });

  test('a limit that is changed survives the process', async () => {
    const path = await folder();
    const before = opened(file(path));
    await before.limits.set('flow:asks', { concurrency: Number.POSITIVE_INFINITY });
    await before.stop();
    const app = opened(file(path));
    expect((await app.limits.list())[0]).toMatchObject({ concurrency: Number.POSITIVE_INFINITY });
    const runs = [await app.start(asks, { inputs }), await app.start(asks, { inputs })];
    for (const one of runs) await expect.poll(() => one.state()).toBe('RUNNING');
  });

  test.each([
    ['asks', { concurrency: 1 }, "did you mean 'flow:asks' or 'task:asks'?"],
    ['flow:', { concurrency: 1 }, "'flow:' and the name of its flow"],
    ['asks:asks', { concurrency: 1 }, "'flow:' and the name of its flow, or 'task:' and that of its task"],
    ['task:', { concurrency: 1 }, "'flow:' and the name of its flow, or 'task:' and that of its task"],
    ['', { concurrency: 1 }, "'flow:' and the name of its flow"],
    [7, { concurrency: 1 }, "'flow:' and the name of its flow"],
    ['flow:plain', { concurrency: 1 }, "flow 'plain' states no limit"],
    ['flow:asks', {}, 'nothing is said'],
    ['flow:asks', undefined, 'the change is undefined'],
    ['flow:asks', 3, 'the change is 3'],
    ['flow:asks', { limit: 3 }, "'limit' is 3: it must be left out"],
    ['flow:asks', { concurrency: 0 }, 'concurrency is 0: it must be a whole number of at least 1'],
    ['flow:asks', { concurrency: 1.5 }, 'concurrency is 1.5'],
    ['flow:asks', { concurrency: Number.NaN }, 'concurrency is NaN'],
    ['flow:asks', { concurrency: null }, 'concurrency is null'],
    ['flow:asks', { rate: 5 }, 'rate is 5: it must be { limit, perMs }'],
    ['flow:asks', { rate: { limit: 10_001, perMs: 1 } }, 'rate.limit is 10001'],
    ['flow:asks', { rate: { limit: 1, perMs: 86_400_001 } }, 'rate.perMs is 86400001'],
    ['flow:asks', { rate: { limit: 1 } }, 'rate.perMs is undefined'],
  ])('refuses %s, %j, and changes nothing', async (name, change, text) => {
    const app = opened();
    const before = await app.limits.list();
    const set = app.limits.set(name as never, change as never);
    await expect(set).rejects.toMatchObject({ code: 'INVALID_LIMIT', message: expect.stringContaining(text) });
    expect(await app.limits.list()).toEqual(before);
  });

  test('refuses a reset of what is no limit', async () => {
    await expect(opened().limits.reset('asks')).rejects.toMatchObject({ code: 'INVALID_LIMIT', limit: 'asks' });
  });
});
