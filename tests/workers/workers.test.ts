import { expect, test, vi } from 'vitest';
import type { Queue } from '../../src/contracts/index.js';
import { memory } from '../../src/index.js';
import { memoryTransport } from '../../src/testing/index.js';
import { remote, worker } from '../../src/workers/index.js';
import { cutTransport } from './cut-transport.js';
import { appOf, type Begun, doubled, held, heldOfTwo, heldSet, many, startWorker } from './rig.js';

test('a worker that dies costs the calls that it had: they are made by another one, and counted as lost', async () => {
  const transport = memoryTransport();
  const begun: Begun[] = [];
  const dying = cutTransport(transport);
  await startWorker(heldSet('dying', begun), { transport: dying });
  const { app } = appOf({ transport });
  const running = app.run(held, { id: 'r' });
  await vi.waitUntil(() => begun.length === 1);
  await startWorker(heldSet('living', begun), { transport });
  await dying.kill();
  await vi.waitUntil(() => begun.length === 2, { timeout: 30_000 });
  expect(begun.map(({ by, attempt }) => [by, attempt])).toEqual([
    ['dying', 1],
    ['living', 2],
  ]);
  begun[1]?.end();
  expect(await running).toMatchObject({ state: 'SUCCESS', results: { madeBy: 'living' } });
});

test('a worker that is silent loses its calls: the first end counts, and of the other one listeners hear', async () => {
  const transport = memoryTransport();
  const begun: Begun[] = [];
  const frozen = cutTransport(transport);
  await startWorker(heldSet('frozen', begun), { transport: frozen });
  const { app, events } = appOf({ transport, silenceMs: 3_000 });
  const running = app.run(held, { id: 'r' });
  await vi.waitUntil(() => begun.length === 1);
  await startWorker(heldSet('living', begun), { transport });
  frozen.freeze();
  await vi.waitUntil(() => begun.length === 2, { timeout: 30_000 });
  begun[1]?.end();
  expect(await running).toMatchObject({ state: 'SUCCESS', results: { madeBy: 'living' } });
  begun[0]?.end();
  frozen.thaw();
  // A run that has ended hears nothing more: what came late changes nothing.
  expect(await app.inspect('r')).toMatchObject({ state: 'SUCCESS' });
  expect(events.filter(({ type }) => type === 'late')).toEqual([]);
});

test('what a silent worker gives after all is good where the work is being done again', async () => {
  const transport = memoryTransport();
  const begun: Begun[] = [];
  const frozen = cutTransport(transport);
  await startWorker(heldSet('frozen', begun), { transport: frozen });
  const { app } = appOf({ transport, silenceMs: 3_000 });
  const running = app.run(held, { id: 'r' });
  await vi.waitUntil(() => begun.length === 1);
  await startWorker(heldSet('living', begun), { transport });
  frozen.freeze();
  await vi.waitUntil(() => begun.length === 2, { timeout: 30_000 });
  begun[0]?.end();
  frozen.thaw();
  expect(await running).toMatchObject({ state: 'SUCCESS', results: { madeBy: 'frozen' } });
});

test('what was done for an engine that is gone is not done again for the next one', async () => {
  const transport = memoryTransport();
  const begun: Begun[] = [];
  await startWorker(heldSet('one', begun), { transport });
  const persistence = memory();
  const gone = cutTransport(transport);
  const first = appOf({ transport: gone, persistence });
  const lost = first.app.run(held, { id: 'r' }).catch(() => undefined);
  await vi.waitUntil(() => begun.length === 1);
  gone.freeze();
  begun[0]?.end();
  const second = appOf({ transport, persistence });
  expect(await second.app.resume(held, 'r', { takeover: 'force' })).toMatchObject({ state: 'SUCCESS', results: { madeBy: 'one' } });
  expect(begun).toHaveLength(1);
  gone.thaw();
  await first.app.stop();
  await lost;
});

test('a worker that stops ends what it has in hand; what does not end is made by another one', async () => {
  const transport = memoryTransport();
  const begun: Begun[] = [];
  const leaving = await startWorker(heldSet('leaving', begun), { transport });
  const { app } = appOf({ transport });
  const [one, other] = [app.run(held, { id: 'one' }), app.run(held, { id: 'other' })];
  await vi.waitUntil(() => begun.length === 2);
  const stopped = leaving.stop({ graceMs: 200 });
  begun[0]?.end();
  await startWorker(heldSet('next', begun), { transport });
  await vi.waitUntil(() => begun.length === 3, { timeout: 30_000 });
  begun[2]?.end();
  const results = [await one, await other];
  expect(results.map((result) => (result.state === 'SUCCESS' ? result.results.madeBy : result.state)).sort()).toEqual(['leaving', 'next']);
  await stopped;
  expect(leaving.state()).toMatchObject({ state: 'stopped', inHand: 0, made: 2 });
});

test('calls wait for workers, and for those alone that have the same tasks', async () => {
  const transport = memoryTransport();
  const begun: Begun[] = [];
  const { app } = appOf({ transport });
  const [one, two] = [app.run(held), app.run(heldOfTwo)];
  await startWorker(heldSet('two', begun, { version: 2 }), { transport });
  await vi.waitUntil(() => begun.length === 1);
  expect(begun[0]?.by).toBe('two');
  await startWorker(heldSet('one', begun), { transport });
  await vi.waitUntil(() => begun.length === 2);
  for (const { end } of begun) end();
  expect([await one, await two]).toMatchObject([{ results: { madeBy: 'one' } }, { results: { madeBy: 'two' } }]);
});

test('a call that nobody begins in time fails, and says why', async () => {
  const transport = memoryTransport();
  const { app } = appOf({ transport, startTimeoutMs: 300 });
  const failed = (message: string) => ({
    failures: [{ failure: { name: 'TimeoutError', code: 'START_TIMEOUT', message: expect.stringContaining(message) } }],
  });
  expect(await app.run(held)).toMatchObject(failed('no worker of this task set was heard of'));
  await startWorker(heldSet('two', [], { version: 2 }), { transport });
  expect(await app.run(held)).toMatchObject(failed("task 'held': version is 1 in the flows and 2 there"));
});

test('no more than twice as many calls as workers make at once are given to them', async () => {
  const transport = memoryTransport();
  const begun: Begun[] = [];
  const one = await startWorker(heldSet('one', begun), { transport, concurrency: 3 });
  const { app } = appOf({ transport });
  const running = app.run(many);
  await vi.waitUntil(() => begun.length === 3);
  const queue: Queue = { kind: 'work', name: one.state().queue };
  const connection = await transport.connect();
  let [ended, deepest] = [0, 0];
  while (ended < 40) {
    deepest = Math.max(deepest, (await connection.depth(queue)).waiting);
    expect(one.state().inHand).toBeLessThanOrEqual(3);
    await vi.waitUntil(() => begun.length > ended);
    begun[ended++]?.end();
  }
  expect((await running).state).toBe('SUCCESS');
  expect(deepest).toBe(3);
});

const HOSTILE: readonly (readonly [string, string])[] = [
  ['no JSON', '{"say":'],
  ['no message', '[]'],
  ['another protocol', '{"flowproof":99,"say":"call"}'],
  ['an unknown word', '{"flowproof":1,"say":"eval","code":"1"}'],
  ['no request', '{"flowproof":1,"say":"call","engine":"e","call":1,"work":"w","request":{"of":"task"}}'],
  [
    'a task that is not listed',
    JSON.stringify({
      ...{ flowproof: 1, say: 'call', engine: 'e', call: 1, work: 'w' },
      request: {
        ...{ of: 'task', phase: 'execute', task: '__proto__', version: 1, runId: 'r', key: 'r', flow: 'f', fingerprint: 'x', path: 'f/t' },
        ...{ round: 1, turn: 1, attempt: 1, fence: 0, atom: 0, idempotencyKey: 'k', inputs: {} },
      },
    }),
  ],
  ['too much', `"${'x'.repeat(16_777_216)}"`],
];

test('what can not be used, in the queue of a worker or in an inbox, is put to the dead ones, and hurts nobody', async () => {
  const transport = memoryTransport();
  const begun: Begun[] = [];
  const one = await startWorker(heldSet('one', begun), { transport });
  const hostile = await transport.connect();
  let engine: string | undefined;
  const off = await hostile.subscribe('set.tasks', ({ body }) => {
    const { calls } = JSON.parse(body) as { readonly calls?: readonly { readonly engine: string }[] };
    engine ??= calls?.[0]?.engine;
  });
  const { app } = appOf({ transport });
  const running = app.run(held);
  await vi.waitUntil(() => engine !== undefined, { timeout: 30_000 });
  await off();
  const queues: readonly Queue[] = [
    { kind: 'work', name: one.state().queue },
    { kind: 'inbox', name: one.state().id },
    { kind: 'inbox', name: engine ?? '' },
  ];
  let count = 0;
  for (const [, body] of HOSTILE) {
    for (const queue of queues) await hostile.send(queue, { id: `hostile ${count++}`, body });
    hostile.publish('set.tasks', { id: 'hostile', body });
  }
  const reasons: string[] = [];
  await hostile.consume({ kind: 'dead', name: 'dead' }, { limit: 100 }, async ({ reason = '' }) => void reasons.push(reason));
  await vi.waitUntil(() => reasons.length === count, { timeout: 30_000 });
  expect(reasons).not.toContain('');
  expect(one.state().refused).toBe(2 * HOSTILE.length);
  expect(await app.runOrThrow(doubled, { inputs: { n: 21 } })).toMatchObject({ twice: 42 });
  begun[0]?.end();
  expect(await running).toMatchObject({ results: { madeBy: 'one' } });
});

test('what is no task set, no transport or no number is refused', () => {
  const transport = memoryTransport();
  expect(() => worker({} as never, { transport })).toThrow('worker() is given');
  expect(() => worker(heldSet('one', []), {} as never)).toThrow('worker({ transport })');
  expect(() => worker(heldSet('one', []), { transport, concurrency: 0 })).toThrow('worker({ concurrency: 0 })');
  expect(() => worker(heldSet('one', []), { transport, on: 'threads' as never })).toThrow('worker({ on })');
  expect(() => remote({} as never)).toThrow('remote({ transport })');
  expect(() => remote({ transport, tasks: 'a b' })).toThrow('a task set is named by');
  for (const options of [{ limit: 0 }, { silenceMs: 1 }, { startTimeoutMs: 0 }])
    expect(() => remote({ transport, ...options })).toThrow(RangeError);
});
