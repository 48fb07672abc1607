import { setImmediate } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { defineTask, taskSet } from 'flowproof';

/** Draws a chart. Smoothing the curve keeps a processor busy, as rendering does. */
export const draw = defineTask({
  name: 'draw',
  requires: ['sales'],
  provides: ['chart'],
  async execute({ sales }: { sales: readonly number[] }, { emit }) {
    emit('drawing', isMainThread ? 'the main thread' : 'a thread of its own');
    await setImmediate(); // what it says leaves before it computes
    let curve = [...sales];
    for (let round = 0; round < 200_000; round++) {
      curve = curve.map((value, at) => (value * 3 + (curve[at - 1] ?? value) + (curve[at + 1] ?? value)) / 5);
    }
    return { chart: `<svg><polyline points="${curve.map((value, at) => `${at},${value.toFixed(1)}`).join(' ')}"/></svg>` };
  },
});

/** Prints it with a native library that crashes now and then: here the first time that it is called. */
export const print = defineTask({
  name: 'print',
  requires: ['chart'],
  provides: ['pages'],
  async execute({ chart }: { chart: string }, { attempt }) {
    if (attempt === 1) process.kill(process.pid, 'SIGSEGV');
    return { pages: Math.ceil(chart.length / 1_000) };
  },
});

/** Takes no time: it is called where the app is. */
export const count = defineTask({
  name: 'count',
  requires: ['pages'],
  execute: async ({ pages }: { pages: number }, { emit }) =>
    emit('counted', `${isMainThread ? 'the main thread' : 'another thread'}, ${pages} page`),
});

/** What may be called in threads and processes. */
export default taskSet({ tasks: [draw, print] });
