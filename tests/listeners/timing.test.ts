import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineTask, type FlowEvent, flowproof, linear, memory, times } from '../../src/index.js';
import { Histogram } from '../../src/listeners/histogram.js';
import { timing } from '../../src/listeners/index.js';
import { VirtualClock } from '../../src/testing/index.js';

test('each task has its number, its times, its attempts, and the time of its reverts', async () => {
  const clock = new VirtualClock();
  let calls = 0;
  const reserve = defineTask({ name: 'reserve', execute: async () => clock.advance(30), revert: async () => clock.advance(20) });
  const charge = defineTask({
    name: 'charge',
    retry: times(3),
    execute: async () => {
      clock.advance(10);
      if (++calls % 4 !== 0) throw new Error('declined');
    },
  });
  const order = linear('order').add(reserve).add(charge).build();
  const heard = timing();
  await using app = flowproof({ persistence: memory(), flows: [order], clock, onEvent: heard });
  expect((await app.run(order)).state).toBe('REVERTED');
  expect((await app.run(order)).state).toBe('SUCCESS');
  expect(heard.report()).toEqual({
    tasks: [
      {
        flow: 'order',
        path: 'order/reserve',
        count: 2,
        failures: 0,
        attempts: 2,
        p50Ms: 30,
        p95Ms: 30,
        maxMs: 30,
        reverts: 1,
        revertMs: 20,
      },
      { flow: 'order', path: 'order/charge', count: 2, failures: 1, attempts: 4, p50Ms: 10, p95Ms: 30, maxMs: 30, reverts: 1, revertMs: 0 },
    ],
    leftOut: 0,
  });
  heard.reset();
  expect(heard.report()).toEqual({ tasks: [], leftOut: 0 });
});

test('quantiles are those of the numbers, within a hundredth', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1 }), fc.constantFrom(0.5, 0.95, 0.99), (all, share) => {
      const histogram = new Histogram();
      for (const ms of all) histogram.add(ms);
      const exact = [...all].sort((one, other) => one - other)[Math.ceil(share * all.length) - 1] as number;
      expect(Math.abs(histogram.quantile(share) - exact)).toBeLessThanOrEqual(1 + exact / 100);
      expect(histogram.max).toBe(Math.max(...all));
    }),
  );
});

test('its memory does not grow with the tasks that there are', () => {
  const heard = timing();
  for (let index = 0; index < 1_500; index++)
    heard({ type: 'task', flow: 'f', path: `f/${index}`, phase: 'execute', state: 'SUCCESS', attempt: 1, durationMs: 1 } as FlowEvent);
  const { tasks, leftOut } = heard.report();
  expect([tasks.length, leftOut]).toEqual([1_000, 500]);
});
