import { expect, test } from 'vitest';
import { z } from 'zod';
import { type AnyTask, encrypted, type FlowEvent, flowproof, linear, memory, type Persistence, waitFor } from '../../src/index.js';
import { check, refund, waits } from './refund-flow.js';

test('another app hears what was sent while nobody had the run', async () => {
  const store = memory();
  const first = flowproof({ persistence: store, flows: [refund], graceMs: 0 });
  await first.start(refund, { id: 'r', inputs: { order: 'o' } });
  await waits(first, 'r', 'approval');
  await first.stop();
  await using sender = flowproof({ persistence: store, flows: [refund], recover: false });
  await sender.signal(refund, 'r', 'approval', { by: 'ada' });
  expect((await sender.inspect('r')).state).toBe('RUNNING');
  expect(await sender.resume('r')).toMatchObject({ state: 'SUCCESS' });
});

test('a secret signal is masked in events and views, and encrypted in the inbox and the journal', async () => {
  const secret = linear('secret')
    .add(waitFor('pin', z.string(), { secret: true }))
    .build();
  const sealed: string[] = [];
  const spied = (persistence: Persistence): Persistence => ({
    ...persistence,
    connect() {
      return new Proxy(persistence.connect(), {
        get(journal, name) {
          const value: unknown = Reflect.get(journal, name, journal);
          if (typeof value !== 'function') return value;
          return (...args: unknown[]): unknown => {
            sealed.push(JSON.stringify([name, args]));
            return value.apply(journal, args);
          };
        },
      });
    },
  });
  const events: FlowEvent[] = [];
  const persistence = encrypted(spied(memory()), { keys: [{ id: 'k', key: new Uint8Array(32) }], values: 'secrets' });
  await using app = flowproof({ persistence, flows: [secret], onEvent: (event) => events.push(event) });
  const run = await app.start(secret, { id: 'r' });
  // @ts-expect-error: a text
  await expect(run.signal('pin', 4711)).rejects.toThrow('[secret]: it is not valid');
  await run.signal('pin', 'pin-4711');
  expect(await run.result()).toMatchObject({ results: { pin: 'pin-4711' } });
  expect(sealed.join()).toContain('SIGNAL');
  expect(sealed.join()).not.toContain('4711');
  expect(JSON.stringify([events, await app.inspect('r')])).not.toContain('4711');
});

test('a run of a flow that waits needs a version that knows waits from its beginning on, and others do not', async () => {
  const plain = linear('plain').add(check).build();
  const store = memory();
  await using app = flowproof({ persistence: store, flows: [plain, refund] });
  await app.run(plain, { id: 'plain' });
  await app.start(refund, { id: 'waits', inputs: { order: 'o' } });
  const journal = store.connect();
  const formats = async (key: string): Promise<readonly number[]> => {
    const loaded = await journal.load((await journal.find({ key }))?.runId ?? '');
    const found: number[] = [];
    for await (const page of loaded?.entries ?? []) found.push(...page.map(({ format }) => format));
    return [...new Set(found)];
  };
  expect(await formats('plain')).toEqual([1]);
  expect((await formats('waits'))[0]).toBe(2);
});

test('a changed flow: a wait may go, come, and wait for longer, but not for another signal', async () => {
  const store = memory();
  const flowOf = (...waits: readonly AnyTask[]) =>
    waits.reduce((flow, node) => flow.add(node), linear.dynamic('changing').add(check)).build();
  const began = flowOf(waitFor('go', { timeoutMs: 60_000 }));
  const first = flowproof({ persistence: store, flows: [began], graceMs: 0 });
  for (const id of ['gone', 'other', 'longer']) {
    await first.start(began, { id });
    await waits(first, id, 'go');
  }
  await first.stop();
  const renamed = linear.dynamic('changing').add(check).add(waitFor('stop'), { name: 'go' }).build();
  await using other = flowproof({ persistence: store, flows: [renamed], recover: false });
  await expect(other.resume('other')).rejects.toThrow("'changing/go' waits for the signal 'go', and for the signal 'stop' in this code");
  await using without = flowproof({ persistence: store, flows: [flowOf()], recover: false });
  expect((await without.resume('gone')).state).toBe('SUCCESS');
  const longer = flowOf(waitFor('go'), waitFor('more'));
  await using later = flowproof({ persistence: store, flows: [longer], recover: false });
  await later.signal(longer, 'longer', 'more', undefined);
  await later.signal(longer, 'longer', 'go', undefined);
  expect((await later.resume('longer')).state).toBe('SUCCESS');
});
