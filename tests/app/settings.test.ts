import { describe, expect, test, vi } from 'vitest';
import { defineTask, type EngineOptions, flowproof, linear, memory, type Persistence } from '../../src/index.js';
import { type Clock, LONGEST_TIMER_MS, steadyClock, systemClock } from '../../src/model/clock.js';
import { Gate } from './gate.js';

const appWith = (options: object, persistence: Persistence = memory()) =>
  flowproof({ persistence, flows: [], ...(options as EngineOptions) });

describe('a setting that makes no sense is refused before anything is written', () => {
  test.each([
    [{ leaseMs: Number.NaN }, 'leaseMs is NaN: it must be a number from 1 to 2147483647'],
    [{ leaseMs: Number.POSITIVE_INFINITY }, 'leaseMs is Infinity: it must be a number from 1 to 2147483647'],
    [{ leaseMs: 0 }, 'leaseMs is 0: it must be a number from 1 to 2147483647'],
    [{ graceMs: '10s' }, "graceMs is '10s': it must be a number from 0"],
    [{ graceMs: -1 }, 'graceMs is -1: it must be a number from 0'],
    [{ storeTimeoutMs: null }, 'storeTimeoutMs is null: it must be a number from 0'],
    [{ snapshotAfter: 0 }, 'snapshotAfter is 0: it must be a number from 1'],
    [{ maxSteps: Number.NaN }, 'maxSteps is NaN: it must be a number from 1'],
    // Nothing would be written before the end, and that neither.
    [{ durability: 'fsync' }, "durability is 'fsync': it must be step, relaxed, checkpoint, none"],
    [{ durability: 'toString' }, "durability is 'toString': it must be step, relaxed, checkpoint, none"],
    [{ onFailure: 'ignore' }, "onFailure is 'ignore': it must be revert, abortSiblings, stop"],
    [{ onFailure: { toString: (): string => 'stop' } }, 'it must be revert, abortSiblings, stop'],
  ])('%o', (options, message) => {
    expect(() => appWith(options)).toThrow(expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(message) }));
  });

  test('what is not given has its default', async () => {
    await appWith({ leaseMs: undefined, durability: undefined, maxSteps: undefined }).stop();
  });
});

describe('a timer for ever, or for longer than any timer can wait, waits as long as one can', () => {
  const OWN: Clock = { ...systemClock, after: (delayMs, callback) => systemClock.after(delayMs, callback) };

  test.each([
    ['the system’s clock', systemClock],
    ['a clock of the user’s', steadyClock({ ...OWN })],
  ])('by %s', (_, clock) => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    try {
      for (const delayMs of [Number.POSITIVE_INFINITY, 2 ** 31, 1e300]) clock.after(delayMs, () => undefined)();
      expect(timers.mock.calls.map(([, delayMs]) => delayMs)).toEqual([LONGEST_TIMER_MS, LONGEST_TIMER_MS, LONGEST_TIMER_MS]);
    } finally {
      timers.mockRestore();
    }
  });

  test('so that a run waits for a store, and a stop for tasks', async () => {
    const gate = new Gate();
    const slow = defineTask({ name: 'slow', execute: () => gate.pass() });
    const flow = linear('f').add(slow).build();
    const forEver = { graceMs: Number.POSITIVE_INFINITY, storeTimeoutMs: Number.POSITIVE_INFINITY };
    const app = flowproof({ persistence: memory(), flows: [flow], ...forEver });
    const run = app.run(flow);
    await gate.reached;
    const stopped = app.stop();
    // Whoever is called too soon is called now.
    await new Promise((resolve) => setTimeout(resolve, 1));
    gate.open();
    await stopped;
    expect((await run).state).toBe('SUCCESS');
  });
});
