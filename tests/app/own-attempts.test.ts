import { describe, expect, test } from 'vitest';
import {
  type AnyFlow,
  defineTask,
  type FlowEvent,
  flowproof,
  linear,
  memory,
  PermanentError,
  type Persistence,
  run,
  Task,
  type TaskContext,
  times,
  unordered,
  use,
} from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';
import { failing } from './failing.js';

describe('a task with attempts of its own', () => {
  test('is called again under one key, and what is before it stays done', async () => {
    const { task, calls } = failing(2);
    const before: string[] = [];
    const first = defineTask({
      name: 'first',
      execute: async () => void before.push('done'),
      revert: async () => void before.push('undone'),
    });
    const flow = linear('order')
      .add(first)
      .add(task, { retry: times(3) })
      .build();
    expect(await run(flow)).toMatchObject({ state: 'SUCCESS', results: { receipt: 'after 3' }, failures: [] });
    expect(before).toEqual(['done']);
    expect(calls.map(({ turn, attempt }) => [turn, attempt])).toEqual([[1, 1], [2, 2], [3, 3]]); // biome-ignore format: one line
    expect(new Set(calls.map(({ key }) => key)).size).toBe(1);
  });

  test('fails with its last failure, and is reverted once', async () => {
    const { task, calls, reverted } = failing(9);
    const result = await run(
      linear('order')
        .add(task, { retry: times(2) })
        .build(),
    );
    expect(result).toMatchObject({ state: 'REVERTED', failures: [{ path: 'order/charge', attempt: 2, failure: { message: 'busy' } }] });
    expect(calls).toHaveLength(2);
    expect(reverted).toEqual(['failure']);
  });

  test('says it at the task, where it is placed, or in use: the nearest counts, each option for itself', async () => {
    const count = async (place: (task: ReturnType<typeof made>) => AnyFlow): Promise<number> => {
      const calls: string[] = [];
      await run(place(made(calls)) as never);
      return calls.length;
    };
    const made = (calls: string[]) =>
      defineTask({
        name: 't',
        retry: times(2),
        retryIf: ({ message }) => message === 'again',
        execute: async () => {
          calls.push('called');
          throw new Error('again');
        },
      });
    expect(await count((task) => linear('f').add(task).build())).toBe(2);
    expect(
      await count((task) =>
        linear('f')
          .add(task, { retry: times(4) })
          .build(),
      ),
    ).toBe(4);
    expect(
      await count((task) =>
        linear('f')
          .add(task, { retryIf: () => false })
          .build(),
      ),
    ).toBe(1);
    expect(
      await count((task) =>
        linear('f')
          .add(use(task, { retry: times(3) }))
          .build(),
      ),
    ).toBe(3);
    expect(
      await count((task) =>
        linear('f')
          .add(use(task, { retry: times(3) }), { retry: times(5) })
          .build(),
      ),
    ).toBe(5);
    expect(
      await count((task) =>
        linear
          .dynamic('f')
          .add(task, { retry: times(1) })
          .build(),
      ),
    ).toBe(1);
    expect(
      await count((task) =>
        unordered('f')
          .add(task, { retry: times(3) })
          .build(),
      ),
    ).toBe(3);
  });

  test('decorated classes say it, too', async () => {
    let calls = 0;
    @Task({ name: 'bill', retry: times(3), retryIf: ({ code }) => code === 'BUSY' })
    class Bill {
      readonly execute = async (_: {}, ctx: TaskContext): Promise<void> => {
        calls = ctx.turn;
        throw Object.assign(new Error('no'), { code: 'BUSY' });
      };
    }
    await run(linear('f').add(Bill).build());
    expect(calls).toBe(3);
  });

  test('a PermanentError ends them', async () => {
    const { task, calls } = failing(9, () => new PermanentError('declined'));
    await run(
      linear('order')
        .add(task, { retry: times(5) })
        .build(),
    );
    expect(calls).toHaveLength(1);
  });

  test('a retry of a flow around it sees only the last failure', async () => {
    const { task, calls } = failing(3);
    const result = await run(
      linear('order')
        .retry(times(2))
        .add(task, { retry: times(2) })
        .build(),
    );
    expect(result).toMatchObject({ state: 'SUCCESS', results: { receipt: 'after 4' } });
    expect(calls.map(({ turn }) => turn)).toEqual([1, 2, 1, 2]);
    expect(new Set(calls.map(({ key }) => key)).size).toBe(2);
  });

  test('an optional one is left out after its last attempt', async () => {
    const { task } = failing(9);
    const result = await run(
      linear('order')
        .add(task, { optional: true, retry: times(2) })
        .build(),
    );
    expect(result).toMatchObject({ state: 'SUCCESS', results: {}, failures: [{ optional: true, attempt: 2 }] });
  });
});

describe('a pause between two attempts', () => {
  const patient = { retry: times(3, { backoff: { delayMs: 60_000, jitter: 0 } }) };

  async function inPause(failures: number, persistence: Persistence = memory()) {
    const clock = new VirtualClock();
    const events: FlowEvent[] = [];
    const { task, calls, reverted } = failing(failures);
    const flow = linear('order').add(task, patient).build();
    const app = flowproof({ persistence, flows: [flow], clock, onEvent: (event) => void events.push(event) });
    const handle = await app.start(flow, { id: 'r' });
    await expect.poll(async () => (await app.inspect('r')).atoms[0]?.state, { interval: 1 }).toBe('RETRYING');
    return { app, flow, handle, clock, calls, reverted, events, persistence };
  }

  test('is seen, told, and ends when its time has come', async () => {
    const { app, handle, clock, events } = await inPause(1);
    const { atoms, waiting } = await app.inspect('r');
    const untilMs = clock.nowMs() + 60_000;
    expect(waiting).toMatchObject({ path: 'order/charge', for: 'retry', untilMs });
    expect(atoms[0]).toMatchObject({ turn: 2, overcome: { message: 'busy' }, wakeAtMs: untilMs, waiting: { for: 'retry' } });
    expect(events.at(-1)).toMatchObject({ type: 'task', state: 'RETRYING', oldState: 'RUNNING', turn: 2, failure: { message: 'busy' } });
    clock.advance(60_000);
    expect(await handle.result()).toMatchObject({ state: 'SUCCESS' });
    await app.stop();
  });

  test('a run that is cancelled in it goes back at once: revert is told of the failure', async () => {
    const { app, handle, calls, reverted } = await inPause(1);
    await handle.cancel();
    expect(await handle.result()).toMatchObject({ state: 'CANCELLED' });
    expect([calls.length, reverted]).toEqual([1, ['failure']]);
    await app.stop();
  });

  test('a run that is suspended in it rests at once, and waits for the rest of it when it goes on', async () => {
    const { app, flow, handle, clock, calls } = await inPause(1);
    await handle.suspend();
    expect(await handle.result()).toMatchObject({ state: 'SUSPENDED' });
    clock.advance(30_000);
    const again = app.resume(flow, 'r');
    await expect.poll(async () => (await app.inspect('r')).state, { interval: 1 }).toBe('RUNNING');
    expect(calls).toHaveLength(1);
    clock.advance(30_000);
    expect(await again).toMatchObject({ state: 'SUCCESS' });
    await app.stop();
  });

  test('another process waits for the rest of it, and goes on', async () => {
    const persistence = memory();
    const { app, flow, calls } = await inPause(1, persistence);
    await app.stop();
    const next = flowproof({ persistence, flows: [flow], recover: false, clock: new VirtualClock() });
    expect((await next.inspect('r')).atoms[0]).toMatchObject({ state: 'RETRYING', turn: 2 });
    expect(calls).toHaveLength(1);
    await next.cancel('r');
    await next.stop();
  });

  test('a run that is reset in it begins anew, with all attempts', async () => {
    const { app, flow, handle, calls } = await inPause(3);
    await handle.suspend();
    await handle.result();
    await app.reset('r');
    const done = app.resume(flow, 'r');
    await expect.poll(() => calls.length, { interval: 1 }).toBe(2);
    expect(calls[1]).toMatchObject({ turn: 1, attempt: 1 });
    await app.cancel('r');
    expect(await done).toMatchObject({ state: 'CANCELLED' });
    await app.stop();
  });

  test('a changed flow goes on from it: with fewer attempts, or without any', async () => {
    const { app, handle, persistence } = await inPause(9);
    await handle.suspend();
    await handle.result();
    await app.stop();
    const { task, calls } = failing(9);
    const changed = linear('order', { version: 2, continues: [1] })
      .add(task)
      .build();
    const next = flowproof({ persistence, flows: [changed], clock: later() });
    expect(await next.resume(changed, 'r')).toMatchObject({ state: 'REVERTED', failures: [{ attempt: 2 }] });
    expect(calls).toMatchObject([{ turn: 2, attempt: 2 }]);
    await next.stop();
  });
});

/** When every pause is over. */
function later(): VirtualClock {
  const clock = new VirtualClock();
  clock.advance(10 * 60_000);
  return clock;
}
