import { describe, expect, test } from 'vitest';
import { defineTask, flowproof, linear, memory, type TaskContext, times, unordered, waitFor } from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';
import { Signal, settled } from './timed.js';

const DEADLINE = { name: 'TimeoutError', code: 'DEADLINE', message: "the run of 'order' was not done within 100 ms (deadlineMs)" };

/** A flow of a task that is done, and one that ends when it is told to. */
function timed(settings: { readonly flow?: number; readonly persistence?: ReturnType<typeof memory>; readonly graceMs?: number } = {}) {
  const clock = new VirtualClock();
  const begun = new Signal();
  const log: string[] = [];
  const told: unknown[] = [];
  const reserve = defineTask({
    name: 'reserve',
    execute: async () => void log.push('reserved'),
    revert: async (_: {}, { flowFailures }) => void log.push(`cancelled for ${flowFailures.map(({ failure }) => failure.code).join(', ')}`),
  });
  const pay = defineTask({
    name: 'pay',
    retry: times(3),
    execute: async (_: {}, { signal, deadlineAtMs }: TaskContext) => {
      told.push(deadlineAtMs);
      const aborted = new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      begun.send();
      await aborted;
    },
    revert: async (_: {}, outcome) => void log.push(`${outcome.kind} undone`),
  });
  const flow = linear('order', settings.flow === undefined ? {} : { deadlineMs: settings.flow })
    .retry(times(5))
    .add(reserve)
    .add(pay)
    .build();
  const { persistence = memory(), graceMs = 50 } = settings;
  const app = flowproof({ persistence, flows: [flow], clock, graceMs });
  return { app, flow, clock, begun, log, told };
}

describe('deadlineMs of a run', () => {
  test('is over: what executes is ended, nothing is tried again, and the run goes back', async () => {
    const { app, flow, clock, begun, log, told } = timed();
    const running = app.run(flow, { id: 'r', deadlineMs: 100 });
    await begun.heard();
    expect(await app.inspect('r')).toMatchObject({ deadlineAtMs: 100 });
    clock.advance(99);
    await settled();
    expect(log).toEqual(['reserved']);
    clock.advance(1);
    expect(await running).toMatchObject({
      state: 'REVERTED',
      // Once: what was ended for it is no failure more.
      failures: [{ path: 'order', failure: DEADLINE }],
    });
    expect((await app.inspect('r')).atoms.find(({ path }) => path === 'order/pay')).toMatchObject({ failure: DEADLINE });
    expect(log).toEqual(['reserved', 'interrupted undone', 'cancelled for DEADLINE']);
    expect(told).toEqual([100]);
  });

  test('is what the flow says, unless the run says something else', async () => {
    const { app, flow, clock, begun, told } = timed({ flow: 100 });
    const [one, other, none] = [
      app.run(flow, { id: 'one' }),
      app.run(flow, { id: 'other', deadlineMs: 200 }),
      app.start(flow, { id: 'none', deadlineMs: Number.POSITIVE_INFINITY }),
    ];
    await begun.heard(3);
    expect(told).toEqual([100, 200, undefined]);
    clock.advance(100);
    expect(await one).toMatchObject({ state: 'REVERTED' });
    clock.advance(99);
    await settled();
    expect(await app.handle('other').state()).toBe('RUNNING');
    clock.advance(1);
    expect(await other).toMatchObject({ state: 'REVERTED' });
    expect(await (await none).state()).toBe('RUNNING');
    await app.cancel('none');
    expect(await (await none).result()).toMatchObject({ state: 'CANCELLED' });
  });

  test('code that ignores its signal is given up after the grace', async () => {
    const clock = new VirtualClock();
    const begun = new Signal();
    const deaf = defineTask({
      name: 'deaf',
      execute: async () => {
        begun.send();
        await new Promise(() => {});
      },
    });
    const flow = linear('order').add(deaf).build();
    const app = flowproof({ persistence: memory(), flows: [flow], clock, graceMs: 50 });
    const stuck: string[] = [];
    app.on({ types: ['stuck'] }, ({ path }) => void stuck.push(path));
    const running = app.run(flow, { deadlineMs: 100 });
    await begun.heard();
    clock.advance(100);
    await settled();
    clock.advance(50);
    expect(await running).toMatchObject({ state: 'REVERTED', failures: [{ failure: DEADLINE }] });
    expect(stuck).toEqual(['order/deaf']);
    await app.stop();
  });

  test('a run that waits is let go until then, and goes back when it is woken', async () => {
    const clock = new VirtualClock();
    const undone: string[] = [];
    const done = defineTask({ name: 'done', execute: async () => {}, revert: async () => void undone.push('done') });
    const flow = unordered('order', { deadlineMs: 60_000 }).add(done).add(waitFor('approval')).build();
    const persistence = memory();
    const app = flowproof({ persistence, flows: [flow], clock });
    await app.ready();
    const handle = await app.start(flow, { id: 'r' });
    while ((await app.inspect('r'))?.asleep === undefined) await settled();
    expect(await app.inspect('r')).toMatchObject({ state: 'RUNNING', asleep: { untilMs: 60_000 } });
    for (let seconds = 0; seconds <= 62; seconds++) {
      clock.advance(1_000);
      await settled();
    }
    expect(await handle.result()).toMatchObject({ state: 'REVERTED', failures: [{ path: 'order', failure: { code: 'DEADLINE' } }] });
    expect(undone).toEqual(['done']);
    await app.stop();
  });

  test('passes while the run rests: it goes back when it is resumed', async () => {
    const { app, flow, clock, begun, log } = timed();
    const running = app.run(flow, { id: 'r', deadlineMs: 100 });
    await begun.heard();
    await app.suspend('r').catch(() => undefined);
    clock.advance(100);
    expect(await running).toMatchObject({ state: 'SUSPENDED' });
    expect(await app.resume(flow, 'r')).toMatchObject({
      state: 'REVERTED',
      failures: [{ failure: DEADLINE }],
    });
    expect(log).toEqual(['reserved', 'interrupted undone', 'cancelled for DEADLINE']);
  });

  test('passes before the run begins: nothing of it does', async () => {
    const { app, flow, clock, log } = timed();
    const engine = app.engine(flow, { id: 'r', deadlineMs: 100 });
    await engine.prepare();
    clock.advance(100);
    expect(await engine.run()).toMatchObject({ state: 'REVERTED', failures: [{ path: 'order', failure: DEADLINE }] });
    expect(log).toEqual([]);
  });

  test('has no effect on a run that goes back already', async () => {
    const clock = new VirtualClock();
    const [begun, gate] = [new Signal(), new Signal()];
    let isAborted = false;
    const done = defineTask({
      name: 'done',
      execute: async () => {},
      revert: async (_: {}, __, ctx: TaskContext) => {
        begun.send();
        await gate.heard();
        isAborted = ctx.signal.aborted;
      },
    });
    const fails = defineTask({ name: 'fails', execute: async () => { throw new Error('no'); } }); // biome-ignore format: one line
    const flow = linear('order').add(done).add(fails).build();
    const app = flowproof({ persistence: memory(), flows: [flow], clock });
    const running = app.run(flow, { deadlineMs: 100 });
    await begun.heard();
    clock.advance(1_000);
    gate.send();
    expect(await running).toMatchObject({ state: 'REVERTED', failures: [{ path: 'order/fails', failure: { message: 'no' } }] });
    expect(isAborted).toBe(false);
  });

  test('counts anew from a reset', async () => {
    const { app, flow, clock, begun } = timed();
    const running = app.run(flow, { id: 'r', deadlineMs: 100 });
    await begun.heard();
    clock.advance(100);
    await running;
    clock.advance(1_000);
    await app.reset('r');
    expect(await app.inspect('r')).toMatchObject({ deadlineAtMs: 1_200 });
    const again = app.resume(flow, 'r');
    await begun.heard(2);
    clock.advance(100);
    expect(await again).toMatchObject({ state: 'REVERTED', failures: [{ failure: DEADLINE }] });
  });

  test('is met by the next engine when the first one has died', async () => {
    const persistence = memory();
    const first = timed({ persistence });
    const lost = first.app.run(first.flow, { id: 'r', deadlineMs: 100 }).catch((error: { code: string }) => error.code);
    await first.begun.heard();
    const second = timed({ persistence });
    second.clock.advance(99);
    const taken = second.app.resume(second.flow, 'r', { takeover: 'force' });
    await second.begun.heard();
    second.clock.advance(1);
    expect(await taken).toMatchObject({ state: 'REVERTED', failures: [{ path: 'order', failure: DEADLINE }] });
    const stopping = first.app.stop();
    await settled();
    first.clock.advance(50);
    await stopping;
    expect(await lost).toMatch(/^(STALE_RUN|APP_STOPPED)$/);
  });

  test('what is no time is refused', async () => {
    const { app, flow } = timed();
    for (const deadlineMs of [0, -1, Number.NaN, '5' as never])
      await expect(app.run(flow, { deadlineMs })).rejects.toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'deadlineMs' }] });
    expect(() => linear('f', { deadlineMs: 0 }).build().compile()).toThrow('BAD_TIME');
    const inner = linear('inner', { deadlineMs: 5 }).build();
    expect(() => linear('outer').add(inner).build().compile()).toThrow('only a whole run has one');
  });
});
