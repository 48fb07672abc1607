import { describe, expect, test } from 'vitest';
import { concurrent, defineTask, linear, PermanentError, run, type TaskContext, times } from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';
import { forever, Signal, settled, timed, untilAborted } from './timed.js';

describe('timeoutMs', () => {
  test('ends a call that obeys its signal: nobody knows what it did, and it is undone', async () => {
    const { clock, begun, result, undone } = timed(untilAborted, { timeoutMs: 50 });
    await begun.heard();
    clock.advance(50);
    expect(await result).toMatchObject({
      state: 'REVERTED',
      failures: [
        { path: 'f/fetch', failure: { name: 'TimeoutError', code: 'TIMEOUT', message: "'f/fetch' did not end within 50 ms (timeoutMs)" } },
      ],
    });
    expect(undone).toEqual(['interrupted']);
  });

  test('is the reason of the signal, and what the task throws then is the cause', async () => {
    let reason: unknown;
    const { clock, begun, result } = timed(
      async (ctx) => {
        await untilAborted(ctx).catch((thrown) => {
          reason = thrown;
        });
        throw new PermanentError('the upload was cut');
      },
      { timeoutMs: 50, retry: times(3) },
    );
    await begun.heard();
    clock.advance(50);
    expect(await result).toMatchObject({
      failures: [{ failure: { code: 'TIMEOUT', permanent: true, cause: { message: 'the upload was cut' } } }],
    });
    expect(reason).toMatchObject({ name: 'TimeoutError', code: 'TIMEOUT' });
    expect(reason).toBeInstanceOf(Error);
  });

  test('what is returned in the grace after it counts', async () => {
    const { clock, begun, result } = timed((ctx) => untilAborted(ctx).catch(() => undefined), { timeoutMs: 50 });
    await begun.heard();
    clock.advance(50);
    expect(await result).toMatchObject({ state: 'SUCCESS' });
  });

  test('nothing happens before it, and a call that ends in time leaves nothing behind', async () => {
    const gate = new Signal();
    const { clock, begun, result, events } = timed(() => gate.heard(), { timeoutMs: 50, heartbeatMs: 60, deadlineMs: 70 });
    await begun.heard();
    clock.advance(49);
    gate.send();
    expect(await result).toMatchObject({ state: 'SUCCESS' });
    clock.advance(1_000);
    expect(events.some(({ type }) => type === 'stuck' || type === 'late')).toBe(false);
  });

  test('each attempt has its own, and retryIf sees which time was over', async () => {
    const seen: unknown[] = [];
    const retryIf = ({ code }: { readonly code?: string }) => seen.push(code) < 9;
    const { clock, begun, result, calls } = timed(untilAborted, { timeoutMs: 50, retry: times(3), retryIf });
    for (let call = 1; call <= 3; call++) {
      await begun.heard(call);
      clock.advance(50);
    }
    expect(await result).toMatchObject({ state: 'REVERTED', failures: [{ failure: { code: 'TIMEOUT' } }] });
    expect(calls()).toBe(3);
    expect(seen).toEqual(['TIMEOUT', 'TIMEOUT']);
  });

  test('a task that is not to be called again after an interruption is not', async () => {
    const clock = new VirtualClock();
    const begun = new Signal();
    const task = defineTask({
      name: 'pay',
      timeoutMs: 50,
      retry: times(3),
      onInterrupted: 'revert',
      execute: async (_: {}, ctx: TaskContext) => {
        begun.send();
        await untilAborted(ctx);
      },
    });
    const result = run(linear('f').add(task).build(), { clock });
    await begun.heard();
    clock.advance(50);
    expect(await result).toMatchObject({ state: 'REVERTED', failures: [{ attempt: 1, failure: { code: 'TIMEOUT' } }] });
  });

  test('of a revert: it has failed, and is tried again as revertRetry says', async () => {
    const clock = new VirtualClock();
    const begun = new Signal();
    let reverts = 0;
    const task = defineTask({
      name: 'pay',
      timeoutMs: 50,
      revertRetry: times(2),
      execute: async () => {},
      revert: async (_: {}, __, ctx: TaskContext) => {
        reverts++;
        begun.send();
        if (reverts === 1) await untilAborted(ctx);
      },
    });
    const fails = defineTask({ name: 'fails', execute: async () => { throw new Error('no'); } }); // biome-ignore format: one line
    const result = run(linear('f').add(task).add(fails).build(), { clock });
    await begun.heard();
    clock.advance(50);
    expect(await result).toMatchObject({ state: 'REVERTED' });
    expect(reverts).toBe(2);
  });

  test('is told the task: the earliest of its times', async () => {
    const told: unknown[] = [];
    const tell = async (ctx: TaskContext) => void told.push(ctx.deadlineAtMs);
    await timed(tell, {}).result;
    await timed(tell, { timeoutMs: 50 }).result;
    await timed(tell, { timeoutMs: 50, deadlineMs: 40 }).result;
    await timed(tell, { timeoutMs: Number.POSITIVE_INFINITY, heartbeatMs: 5 }).result;
    expect(told).toEqual([undefined, 50, 40, undefined]);
  });
});

describe('a call that ignores its signal in the process of the app', () => {
  test('is told as stuck after the grace, and the run goes back without it', async () => {
    const end = new Signal();
    const { clock, begun, result, undone, events } = timed(() => end.heard(), { timeoutMs: 50 });
    await begun.heard();
    clock.advance(149);
    await settled();
    expect(undone).toEqual([]);
    expect(events.filter(({ type }) => type === 'stuck')).toEqual([]);
    clock.advance(1);
    expect(await result).toMatchObject({ state: 'REVERTED', failures: [{ failure: { code: 'TIMEOUT' } }] });
    expect(events.filter(({ type }) => type === 'stuck')).toMatchObject([
      { path: 'f/fetch', phase: 'execute', round: 1, turn: 1, attempt: 1 },
    ]);
    expect(undone).toEqual(['interrupted']);
  });

  test('ends late: that is told, and changes nothing', async () => {
    const [end, saved] = [new Signal(), new Signal()];
    const { app, clock, begun, handle, result, events } = timed(
      async (ctx, call) => {
        if (call > 1) return saved.heard();
        await end.heard();
        ctx.emit('too late');
        ctx.progress(0.9);
        await ctx.save({ too: 'late' }).catch(saved.send);
      },
      { timeoutMs: 50, retry: times(2) },
    );
    await begun.heard();
    clock.advance(150);
    await begun.heard(2);
    expect((await handle).statistics()).toMatchObject({ stuck: 1 });
    end.send();
    expect(await result).toMatchObject({ state: 'SUCCESS' });
    expect((await app.inspect('r'))?.atoms[0]).not.toHaveProperty('saved');
    const heard = events.map(({ type }) => type);
    expect(heard).not.toContain('emitted');
    expect(heard).not.toContain('progress');
    expect(events.filter(({ type }) => type === 'late')).toMatchObject([{ path: 'f/fetch', turn: 1, attempt: 1 }]);
  });

  test('gives its slot back', async () => {
    const { app, flow, clock, begun, result, calls } = timed(
      (_, call) => (call === 1 ? forever() : Promise.resolve()),
      { timeoutMs: 50 },
      {
        executor: concurrent({ limit: 1 }),
      },
    );
    await begun.heard();
    const next = app.run(flow, { id: 'next' });
    clock.advance(150);
    expect(await result).toMatchObject({ state: 'REVERTED' });
    expect(await next).toMatchObject({ state: 'SUCCESS' });
    expect(calls()).toBe(2);
  });

  test('does not keep its app from stopping', async () => {
    const { app, clock, begun, result } = timed(forever, { timeoutMs: 50 });
    await begun.heard();
    clock.advance(150);
    await result;
    await app.stop();
  });
});
