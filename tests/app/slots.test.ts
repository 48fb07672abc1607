import { describe, expect, test } from 'vitest';
import {
  type ConcurrentOptions,
  concurrent,
  defineTask,
  flowproof,
  linear,
  memory,
  serial,
  type TaskContext,
  times,
  unordered,
} from '../../src/index.js';
import { Gate } from './gate.js';
import { Meter, metered } from './metered.js';

const wide = unordered('wide').add(metered('a')).add(metered('b')).add(metered('c')).add(metered('d')).build();
const long = linear('long').add(metered('a')).add(metered('b')).add(metered('c')).build();

async function mostOf(executor: ReturnType<typeof concurrent>, runs: number): Promise<number> {
  const meter = new Meter();
  await using app = flowproof({ persistence: memory(), flows: [wide], services: { meter }, executor });
  const ends = await Promise.all(Array.from({ length: runs }, () => app.run(wide)));
  expect(ends.every(({ state }) => state === 'SUCCESS')).toBe(true);
  return meter.most;
}

describe('calls that are under way at once', () => {
  test.each<[string, ReturnType<typeof concurrent>, number, number]>([
    ['serial: one of each run', serial(), 3, 3],
    ['concurrent: all that are ready, of all runs', concurrent(), 3, 12],
    ['perRun: of each run', concurrent({ perRun: 2 }), 3, 6],
    ['limit: of all runs', concurrent({ limit: 5 }), 200, 5],
    ['both', concurrent({ perRun: 2, limit: 3 }), 10, 3],
    ['both, with few runs', concurrent({ perRun: 2, limit: 30 }), 3, 6],
  ])('%s', async (_, executor, runs, most) => {
    expect(await mostOf(executor, runs)).toBe(most);
  });

  test.each<ConcurrentOptions>([{ limit: 0 }, { limit: 1.5 }, { perRun: Number.NaN }, { perRun: -1 }])('%j is refused', (options) => {
    expect(() => concurrent(options)).toThrow(RangeError);
  });

  test('an executor of a user says how many, or makes no app', () => {
    const executor = (slots: unknown) => ({ kind: 'mine', make: () => ({ kind: 'mine', slots, start: () => undefined }) }) as never;
    for (const slots of [undefined, {}, { perRun: 0 }, { perRun: '4' }, { perRun: 1, limit: Number.POSITIVE_INFINITY }]) {
      expect(() =>
        flowproof({ persistence: memory(), flows: [long], services: { meter: new Meter() }, executor: executor(slots) }),
      ).toThrow(TypeError);
    }
  });
});

describe('runs that share the slots of an app', () => {
  test('have their calls by turns', async () => {
    const meter = new Meter();
    await using app = flowproof({ persistence: memory(), flows: [long], services: { meter }, executor: concurrent({ limit: 1 }) });
    await Promise.all(['r0', 'r1', 'r2', 'r3'].map((id) => app.run(long, { id })));
    const rounds = [0, 4, 8].map((from) => [...meter.calls.slice(from, from + 4)].sort());
    expect(rounds).toEqual(Array(3).fill(['r0', 'r1', 'r2', 'r3']));
  });

  test('get a slot when a retry pauses, a call fails, is undone, or its run is cancelled', async () => {
    const begun = new Gate();
    const holding = defineTask({
      name: 'holding',
      execute: async (_: {}, { signal }) => {
        begun.open();
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    });
    const failing = defineTask({
      name: 'failing',
      execute: () => {
        throw new Error('planned');
      },
      revert: () => undefined,
    });
    const held = linear('held').add(holding).build();
    const pausing = linear('pausing')
      .retry(times(3, { backoff: { delayMs: 1 } }))
      .add(failing)
      .build();
    const meter = new Meter();
    await using app = flowproof({
      ...{ persistence: memory(), flows: [held, pausing, long], services: { meter }, executor: concurrent({ limit: 1 }) },
    });
    const cancelled = app.run(held, { id: 'held' });
    await begun.opened;
    const others = Promise.all([app.run(pausing), app.run(pausing), app.run(long)]);
    await app.cancel('held');
    expect((await cancelled).state).toBe('CANCELLED');
    expect((await others).map(({ state }) => state)).toEqual(['REVERTED', 'REVERTED', 'SUCCESS']);
    expect(await app.run(long)).toMatchObject({ state: 'SUCCESS' });
  });

  test('a run that waits for a slot can be suspended, cancelled and stopped', async () => {
    const gate = new Gate();
    const held = linear('held')
      .add(defineTask({ name: 'holding', execute: () => gate.pass() }))
      .build();
    const meter = new Meter();
    const app = flowproof({ persistence: memory(), flows: [held, long], services: { meter }, executor: concurrent({ limit: 1 }) });
    const first = app.run(held);
    await gate.reached;
    const handles = await Promise.all(['one', 'other', 'third'].map((id) => app.start(long, { id })));
    const [one, other, third] = handles.map((handle) => handle.result());
    await app.suspend('one');
    await app.cancel('other');
    expect((await one)?.state).toBe('SUSPENDED');
    expect((await other)?.state).toBe('CANCELLED');
    const stopped = app.stop();
    await expect(third).rejects.toMatchObject({ code: 'APP_STOPPED' });
    gate.open();
    expect((await first).state).toBe('SUCCESS');
    await stopped;
    expect(meter.calls).toEqual([]);
  });

  test('a slot is free again when the engine of its run has lost it, and its code goes on', async () => {
    const [gate, persistence, meter] = [new Gate(), memory(), new Meter()];
    const held = linear('held')
      .add(defineTask({ name: 'holding', execute: (_: {}, { services }: TaskContext<{ gate: Gate }>) => services.gate.pass() }))
      .build();
    const settings = { persistence, flows: [held, long], executor: concurrent({ limit: 1 }), graceMs: 1 } as const;
    const app = flowproof({ ...settings, services: { gate, meter } });
    const lost = app.run(held, { id: 'held' });
    await gate.reached;
    const waiting = app.run(long);
    const open = new Gate();
    open.open();
    const other = flowproof({ ...settings, services: { gate: open, meter: new Meter() } });
    expect((await other.resume(held, 'held', { takeover: 'force' })).state).toBe('SUCCESS');
    const cancelled = app.cancel('held').catch(() => undefined);
    gate.open();
    await expect(lost).rejects.toMatchObject({ code: 'STALE_RUN' });
    expect((await waiting).state).toBe('SUCCESS');
    await cancelled;
    await other.stop();
    await app.stop();
  });
});
