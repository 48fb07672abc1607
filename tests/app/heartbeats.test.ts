import { describe, expect, test } from 'vitest';
import { type TaskContext, times } from '../../src/index.js';
import { Signal, settled, timed, untilAborted } from './timed.js';

describe('heartbeatMs', () => {
  test.each<[string, (ctx: TaskContext) => void]>([
    ['heartbeat', (ctx) => ctx.heartbeat()],
    ['progress', (ctx) => ctx.progress(0.5)],
    ['save', (ctx) => void ctx.save({})],
    ['emit', (ctx) => ctx.emit('alive')],
  ])('a call that says something goes on (%s), and ends when it says nothing', async (_, say) => {
    let context: TaskContext | undefined;
    const { clock, begun, result } = timed(
      (ctx) => {
        context = ctx;
        return untilAborted(ctx);
      },
      { heartbeatMs: 50 },
    );
    await begun.heard();
    for (let beat = 0; beat < 4; beat++) {
      clock.advance(40);
      say(context as TaskContext);
      await settled();
      expect(context?.signal.aborted).toBe(false);
    }
    clock.advance(10);
    await settled();
    expect(context?.signal.aborted).toBe(false);
    clock.advance(40);
    expect(await result).toMatchObject({
      state: 'REVERTED',
      failures: [{ failure: { code: 'HEARTBEAT', message: expect.stringContaining('said nothing for 50 ms') } }],
    });
  });

  test('what was said while the process was busy counts', async () => {
    let context: TaskContext | undefined;
    const end = new Signal();
    const { clock, begun, result } = timed(
      (ctx) => {
        context = ctx;
        return end.heard();
      },
      { heartbeatMs: 50 },
    );
    await begun.heard();
    clock.advance(50);
    context?.heartbeat();
    await settled();
    end.send();
    expect(await result).toMatchObject({ state: 'SUCCESS' });
  });
});

describe('deadlineMs of a task', () => {
  test('ends the call that is under way, and no other one begins', async () => {
    const { clock, begun, result, calls } = timed(untilAborted, { timeoutMs: 50, deadlineMs: 80, retry: times(9) });
    await begun.heard();
    clock.advance(50);
    await begun.heard(2);
    clock.advance(30);
    expect(await result).toMatchObject({
      state: 'REVERTED',
      failures: [
        { attempt: 2, failure: { code: 'DEADLINE', message: "'f/fetch' was not done within 80 ms (deadlineMs), with all its attempts" } },
      ],
    });
    expect(calls()).toBe(2);
  });

  test('a pause that would end after it is not begun: the last failure is the cause', async () => {
    const fails = async () => {
      throw new Error('busy');
    };
    const { result, calls } = timed(fails, { deadlineMs: 80, retry: times(9, { backoff: { delayMs: 100, jitter: 0 } }) });
    expect(await result).toMatchObject({ state: 'REVERTED', failures: [{ failure: { code: 'DEADLINE', cause: { message: 'busy' } } }] });
    expect(calls()).toBe(1);
  });

  test('counts what happens while the run rests', async () => {
    const fails = async () => {
      throw new Error('busy');
    };
    const { app, flow, clock, begun, result, calls } = timed(fails, {
      deadlineMs: 80,
      retry: times(9, { backoff: { delayMs: 50, jitter: 0 } }),
    });
    await begun.heard();
    await app.suspend('r');
    expect(await result).toMatchObject({ state: 'SUSPENDED' });
    clock.advance(200);
    expect(await app.resume(flow, 'r')).toMatchObject({
      state: 'REVERTED',
      failures: [{ failure: { code: 'DEADLINE', cause: { message: 'busy' } } }],
    });
    expect(calls()).toBe(1);
  });
});
