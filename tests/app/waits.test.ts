import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  defineTask,
  type FlowEvent,
  factory,
  flowproof,
  graph,
  linear,
  memory,
  sleep,
  sleepUntil,
  times,
  unordered,
  use,
  waitFor,
} from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';
import { Approval, check, log, refund, waits } from './refund-flow.js';

async function logOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  log.length = 0;
  await work();
  return [...log];
}

test('a run waits for a signal, says so, and goes on with what was sent', async () => {
  const events: FlowEvent[] = [];
  await using app = flowproof({ persistence: memory(), flows: [refund], onEvent: (event) => events.push(event) });
  const done = await logOf(async () => {
    const run = await app.start(refund, { id: 'r', inputs: { order: 'o' } });
    await waits(app, 'r', 'approval');
    const { waiting, atoms } = await app.inspect('r');
    expect(waiting).toEqual({ path: 'refund/approval', for: 'signal', name: 'approval', sinceMs: expect.any(Number) });
    expect(atoms[1]).toMatchObject({ kind: 'wait', state: 'WAITING', waiting: { for: 'signal' } });
    await app.signal(refund, 'r', 'approval', { by: 'ada' });
    expect(await run.result()).toMatchObject({ state: 'SUCCESS', results: { approval: { by: 'ada' } } });
  });
  expect(done).toEqual(['check', 'pay by ada']);
  expect((await app.inspect('r')).waiting).toBeUndefined();
  const heard = events.flatMap((event) => {
    if (event.type === 'signal') return [`heard ${event.name}`];
    return event.type === 'wait' ? [event.state] : [];
  });
  expect(heard).toEqual(['WAITING', 'heard approval', 'SUCCESS']);
});

test('a signal to a run that has ended is refused, and so is one that its flow does not take', async () => {
  await using app = flowproof({ persistence: memory(), flows: [refund] });
  const run = await app.start(refund, { id: 'r', inputs: { order: 'o' } });
  // @ts-expect-error: the schema takes a text
  await expect(app.signal(refund, 'r', 'approval', { by: 1 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  // @ts-expect-error: the name is another one
  await expect(run.signal('aproval', { by: 'ada' })).rejects.toThrow("waits for no signal 'aproval': it waits for 'approval'");
  await expect(app.signal(refund, 'r', 'approval', { by: 'a'.repeat(300_000) })).rejects.toThrow('send where it is');
  await expect(app.signal(refund, 'r', 'approval', { by: 'ada' }, { messageId: '' })).rejects.toThrow('messageId: must be a text');
  await expect(app.signal(refund, 'none', 'approval', { by: 'ada' })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  await run.signal('approval', { by: 'ada' });
  await run.result();
  await expect(app.signal(refund, 'r', 'approval', { by: 'ada' })).rejects.toMatchObject({ code: 'RUN_ENDED', state: 'SUCCESS' });
});

test('what no codec keeps is refused where it is sent', async () => {
  const open = linear('open').add(waitFor('any', z.any())).build();
  await using app = flowproof({ persistence: memory(), flows: [open] });
  await app.start(open, { id: 'r' });
  await expect(app.signal(open, 'r', 'any', { deep: () => 1 })).rejects.toThrow("'any.deep' can't be stored");
  const odd = new Proxy({}, { ownKeys: () => { throw new Error('odd'); } }); // biome-ignore format: one value
  await expect(app.signal(open, 'r', 'any', odd)).rejects.toThrow();
  await app.signal(open, 'r', 'any', new Map([[1n, new Date(0)]]));
  expect(await app.handle(open, 'r').result()).toMatchObject({ results: { any: new Map([[1n, new Date(0)]]) } });
});

test('a signal that is sent twice under one id is heard once', async () => {
  const twice = linear('twice').add(waitFor('go')).add(waitFor('go'), { name: 'again' }).build();
  await using app = flowproof({ persistence: memory(), flows: [twice] });
  const run = await app.start(twice, { id: 'r' });
  for (let sent = 0; sent < 3; sent++) await run.signal('go', undefined, { messageId: 'webhook-1' });
  await expect.poll(async () => (await app.inspect('r')).waiting?.path).toBe('twice/again');
  await run.signal('go', undefined, { messageId: 'webhook-2' });
  expect((await run.result()).state).toBe('SUCCESS');
});

test('the schema parses what is heard once, and what is sent is raw', async () => {
  const Amount = z.string().transform((text) => Number(text) * 2);
  const flow = linear('amounts').add(waitFor('amount', Amount)).build();
  await using app = flowproof({ persistence: memory(), flows: [flow] });
  const run = await app.start(flow, { id: 'r' });
  await run.signal('amount', '21');
  expect(await run.result()).toMatchObject({ results: { amount: 42 } });
});

test('what a schema refuses when it is heard is told, and the run waits on', async () => {
  let asked = 0;
  // It is asked by the sender, and when the signal is heard.
  const moody = z.string().refine(() => ++asked !== 2, 'not now');
  const flow = linear('moody').add(waitFor('word', moody)).build();
  const events: FlowEvent[] = [];
  await using app = flowproof({ persistence: memory(), flows: [flow], onEvent: (event) => events.push(event) });
  const run = await app.start(flow, { id: 'r' });
  await run.signal('word', 'x');
  await expect.poll(() => asked).toBe(2);
  await run.signal('word', 'y');
  expect(await run.result()).toMatchObject({ state: 'SUCCESS', results: { word: 'y' } });
  expect(events.filter(({ type }) => type === 'signal')).toMatchObject([
    { name: 'word', heard: false, path: 'moody/word', failure: { code: 'INVALID_INPUT', message: expect.stringContaining('not now') } },
    { name: 'word', heard: true, path: 'moody/word' },
  ]);
});

test('waits in unordered flows, graphs, choices, nested flows and under retries', async () => {
  const inner = linear('inner').add(waitFor('go')).build();
  const together = unordered('together').add(check).add(waitFor('x', z.number())).add(waitFor('y', z.number())).build();
  const sum = defineTask({ name: 'sum', requires: ['x', 'y'], provides: ['sum'], execute: async ({ x, y }: { x: number; y: number }) => ({ sum: x + y }) }); // biome-ignore format: one task
  const joined = graph('joined')
    .add({ x: waitFor('x', z.number()), y: use(waitFor('other', z.number()), { provides: { other: 'y' } }), sum })
    .build();
  const chosen = linear('chosen')
    .input<{ ask: boolean }>()
    .when('asked', ['ask'], ({ ask }) => ask, waitFor('answer', z.string()))
    .build();
  const outer = linear('outer').add(inner).add(together).build();
  await using app = flowproof({ persistence: memory(), flows: [outer, joined, chosen] });
  const run = await app.start(outer, { id: 'outer' });
  await run.signal('y', 2);
  await run.signal('go');
  await run.signal('x', 1);
  expect(await run.result()).toMatchObject({ state: 'SUCCESS', results: { x: 1, y: 2 } });
  const second = await app.start(joined, { id: 'joined' });
  await second.signal('other', 40);
  await second.signal('x', 2);
  expect(await second.result()).toMatchObject({ results: { sum: 42 } });
  const third = await app.start(chosen, { id: 'chosen', inputs: { ask: true } });
  await third.signal('answer', 'yes');
  expect(await third.result()).toMatchObject({ results: { answer: 'yes' } });
  expect(await app.run(chosen, { inputs: { ask: false } })).toMatchObject({ state: 'SUCCESS', results: {} });
});

test('a wait is withdrawn at once when its run is cancelled, suspended and cancelled, or when a sibling fails', async () => {
  const fails = defineTask({ name: 'fails', execute: async () => Promise.reject(new Error('no')) });
  const beside = unordered('beside').add(fails).add(waitFor('never')).build();
  await using app = flowproof({ persistence: memory(), flows: [refund, beside] });
  const done = await logOf(async () => {
    const run = await app.start(refund, { id: 'r', inputs: { order: 'o' } });
    await waits(app, 'r', 'approval');
    await run.cancel();
    expect((await run.result()).state).toBe('CANCELLED');
    const second = await app.start(refund, { id: 's', inputs: { order: 'o' } });
    await waits(app, 's', 'approval');
    await second.suspend();
    expect((await second.result()).state).toBe('SUSPENDED');
    await app.cancel('s');
    expect((await app.resume('s')).state).toBe('CANCELLED');
  });
  expect(done).toEqual(['check', 'uncheck', 'check', 'uncheck']);
  expect(await app.run(beside)).toMatchObject({ state: 'REVERTED' });
});

test('a suspended run keeps what is sent to it, and hears it when it goes on', async () => {
  await using app = flowproof({ persistence: memory(), flows: [refund] });
  const run = await app.start(refund, { id: 'r', inputs: { order: 'o' } });
  await waits(app, 'r', 'approval');
  await run.suspend();
  await run.result();
  await app.signal(refund, 'r', 'approval', { by: 'ada' });
  expect(await app.resume(refund, 'r')).toMatchObject({ state: 'SUCCESS', results: { approval: { by: 'ada' } } });
});

test('flows that a factory makes are asked what they take as they were made', async () => {
  const asking = factory('asking', ({ names }: { names: readonly string[] }) => {
    let flow = linear.dynamic('asking');
    for (const name of names) flow = flow.add(waitFor(name, z.string()));
    return flow.build();
  });
  await using app = flowproof({ persistence: memory(), flows: [asking] });
  const run = await app.start(asking({ names: ['one', 'two'] }), { id: 'r' });
  await app.signal(asking, 'r', 'two', 'second');
  await expect(run.signal('three', 'x')).rejects.toThrow("it waits for 'one', 'two'");
  await run.signal('one', 'first');
  expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
});

test('time passes by the clock of the app: sleeps, time-outs, fallbacks', async () => {
  const clock = new VirtualClock(1_000_000);
  const flow = linear('slow')
    .input<{ at: Date; ms: number }>()
    .add(sleep(86_400_000))
    .add(sleep('ms'), { name: 'more' })
    .add(sleepUntil('at'))
    .add(waitFor('approval', Approval, { timeoutMs: 1_000, fallback: { by: 'policy' } }))
    .add(
      linear
        .open('inner')
        .retry(times(2))
        .add(waitFor('never', { timeoutMs: 500 }))
        .build(),
      { optional: true },
    )
    .build();
  await using app = flowproof({ persistence: memory({ clock }), flows: [flow], clock });
  const run = await app.start(flow, { id: 'r', inputs: { at: new Date(1_000_000 + 86_400_000 + 10_000), ms: 5_000 } });
  const until = async (path: string, untilMs: number): Promise<void> => {
    await expect.poll(async () => (await app.inspect('r')).waiting).toMatchObject({ path: `slow/${path}`, untilMs });
  };
  await until('sleep', 87_400_000);
  clock.advance(86_400_000);
  await until('more', 87_405_000);
  clock.advance(5_000);
  await until('sleep-until', 87_410_000);
  clock.advance(5_000);
  await until('approval', 87_411_000);
  clock.advance(1_000);
  await until('inner/never', 87_411_500);
  clock.advance(500);
  await until('inner/never', 87_412_000);
  clock.advance(500);
  expect(await run.result()).toMatchObject({
    state: 'SUCCESS',
    results: { approval: { by: 'policy' } },
    failures: [{ path: 'slow/inner/never', failure: { code: 'WAIT_TIMEOUT' }, optional: true }],
  });
});

test('what is no time is refused when the flow is compiled, or is the failure of the wait', async () => {
  const nodes = [sleep(-1), sleep(Number.NaN), sleep(Number.POSITIVE_INFINITY), sleep({} as never), waitFor('x', { timeoutMs: -1 }), waitFor('x', { timeoutMs: '1' as never })]; // biome-ignore format: one list
  for (const node of nodes) expect(() => linear('bad').add(node).build().compile()).toThrow('BAD_TIME');
  expect(() => linear('bad').add(waitFor('x', z.any(), { timeoutMs: 1, fallback: { no: () => 1 } })).build().compile()).toThrow('NOT_STORABLE'); // biome-ignore format: one line
  const flow = linear('given').input<{ ms: number }>().add(sleep('ms')).build();
  const until = linear('until').input<{ at: Date | number }>().add(sleepUntil('at')).build();
  await using app = flowproof({ persistence: memory(), flows: [flow, until] });
  for (const ms of [-1, Number.NaN, 'soon' as never]) {
    expect(await app.run(flow, { inputs: { ms } })).toMatchObject({ state: 'REVERTED', failures: [{ failure: { code: 'BAD_TIME' } }] });
  }
  expect(await app.run(until, { inputs: { at: new Date(Number.NaN) } })).toMatchObject({ failures: [{ failure: { code: 'BAD_TIME' } }] });
  for (const at of [new Date(0), 0, -5, Date.now() - 1]) expect((await app.run(until, { inputs: { at } })).state).toBe('SUCCESS');
});
