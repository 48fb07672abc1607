import { describe, expect, test, vi } from 'vitest';
import { defineTask, flowproof, linear, memory, type Persistence, type TaskContext } from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';
import { Gate } from './gate.js';

const gated = defineTask({
  name: 'gated',
  async execute(_: {}, { services }: TaskContext<{ gate: Gate }>) {
    await services.gate.pass();
  },
});
const after = defineTask({ name: 'after', execute: async () => undefined });
const flow = linear('drained').add(gated).add(after).build();

const appOf = (gate: Gate, persistence: Persistence = memory(), more: object = {}) =>
  flowproof({ persistence, flows: [flow], services: { gate }, ...more });

describe('an app that is stopped by draining', () => {
  test('lets its runs end, all their tasks, before it stops', async () => {
    const gate = new Gate();
    const app = appOf(gate);
    const run = app.run(flow, { id: 'x' });
    await gate.reached;
    const stopped = app.stop({ mode: 'drain' });
    gate.open();
    expect((await run).state).toBe('SUCCESS');
    await stopped;
    await expect(app.run(flow)).rejects.toMatchObject({ code: 'APP_STOPPED' });
  });

  test('lets the tasks of its runs begin others meanwhile', async () => {
    const gate = new Gate();
    const nested = defineTask({
      name: 'nested',
      async execute(): Promise<{ inner: string }> {
        await gate.pass();
        return { inner: (await app.run(inner, { id: 'inner' })).state };
      },
      provides: ['inner'],
    });
    const inner = linear('inner').add(after).build();
    const outer = linear('outer').add(nested).build();
    const app = flowproof({ persistence: memory(), flows: [outer, inner] });
    const run = app.run(outer);
    await gate.reached;
    const stopped = app.stop({ mode: 'drain' });
    gate.open();
    expect(await run).toMatchObject({ state: 'SUCCESS', results: { inner: 'SUCCESS' } });
    await stopped;
  });

  test('hands over what has not ended in time, for others to go on with', async () => {
    const gate = new Gate();
    const persistence = memory();
    const clock = new VirtualClock();
    const app = appOf(gate, persistence, { clock });
    const run = app.run(flow, { id: 'x' });
    const refused = expect(run).rejects.toMatchObject({ code: 'APP_STOPPED' });
    await gate.reached;
    const stopped = app.stop({ mode: 'drain', graceMs: 5_000 });
    await clock.advance(5_000);
    gate.open();
    await Promise.all([refused, stopped]);
    await using other = appOf(gate, persistence);
    expect((await other.resume(flow, 'x')).state).toBe('SUCCESS');
  });

  test('stops at once when it is stopped again without draining', async () => {
    const gate = new Gate();
    const app = appOf(gate);
    const run = expect(app.run(flow)).rejects.toMatchObject({ code: 'APP_STOPPED' });
    await gate.reached;
    const drained = app.stop({ mode: 'drain', graceMs: Number.POSITIVE_INFINITY });
    const stopped = app.stop();
    gate.open();
    await Promise.all([run, drained, stopped]);
  });

  test('takes up nothing any more that others leave', async () => {
    const persistence = memory();
    const gates = [new Gate(), new Gate()] as const;
    let ticks = 0;
    const counting: Persistence = {
      ...persistence,
      connect() {
        const journal = persistence.connect();
        const { tick } = journal;
        journal.tick = async (params) => tick.call(journal, params).finally(() => ticks++);
        return journal;
      },
    };
    const draining = appOf(gates[0], counting, { leaseMs: 60, recover: true });
    const leaving = appOf(gates[1], persistence, { leaseMs: 60 });
    const run = draining.run(flow, { id: 'mine' });
    await gates[0].reached;
    const left = expect(leaving.run(flow, { id: 'left' })).rejects.toMatchObject({ code: 'APP_STOPPED' });
    await gates[1].reached;
    const drained = draining.stop({ mode: 'drain' });
    const leftBehind = leaving.stop();
    gates[1].open();
    await Promise.all([left, leftBehind]);
    const before = ticks;
    await vi.waitFor(() => expect(ticks).toBeGreaterThan(before + 2));
    expect(await draining.handle(flow, 'left').state()).toBe('RUNNING');
    gates[0].open();
    expect((await run).state).toBe('SUCCESS');
    await drained;
    await using reader = appOf(gates[1], persistence);
    expect(await reader.handle(flow, 'left').state()).toBe('RUNNING');
  });
});

test.each([
  { mode: 'drian' },
  { graceMs: Number.NaN },
  { graceMs: -1 },
  { graceMs: '5' },
])('stop(%o) is refused, and stops nothing', async (options) => {
  await using app = flowproof({ persistence: memory(), flows: [linear('plain').add(after).build()] });
  await expect(app.stop(options as never)).rejects.toThrow(TypeError);
  expect((await app.runs()).runs).toEqual([]);
});

test('a listener of a signal may call stop with whatever it is called with', async () => {
  const app = flowproof({ persistence: memory(), flows: [linear('plain').add(after).build()] });
  await app.stop('SIGTERM' as never);
  await expect(app.runs()).rejects.toMatchObject({ code: 'APP_STOPPED' });
});
