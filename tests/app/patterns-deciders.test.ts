import { expect, test } from 'vitest';
import { defineTask, flowproof, graph, linear, memory, run, times } from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import { give, noted } from './pattern-tasks.js';

test('one no of several deciders is enough; a source that was skipped is not asked', async () => {
  const asked: unknown[] = [];
  const build = (first: boolean, second: boolean, log: string[]) =>
    graph('g')
      .add({ start: give('start', 'on', true), a: give('a', 'x', first), b: give('b', 'y', second), c: noted('c', log) })
      .link('start', 'b', { decider: () => second, depth: 'atom' })
      .link('a', 'c', {
        decider: (history) => {
          asked.push(history);
          return history.a.x;
        },
      })
      .link('b', 'c', {
        decider: (history) => {
          asked.push(history);
          return history.b.y;
        },
      })
      .build();
  const log: string[] = [];
  await run(build(true, true, log));
  expect(log).toEqual(['c']);
  expect(asked).toEqual([
    { a: { x: true }, b: { y: true } },
    { a: { x: true }, b: { y: true } },
  ]);
  asked.length = 0;
  await run(build(true, false, log));
  expect(asked).toEqual([{ a: { x: true } }]);
  expect(log).toEqual(['c', 'c']);
  await run(build(false, true, log));
  expect(log).toEqual(['c', 'c']);
});

test('a decider that throws is a failure of its target; what was done is undone (D-9)', async () => {
  const log: string[] = [];
  const flow = graph('g')
    .add({ a: noted('a', log), b: noted('b', log) })
    .link('a', 'b', {
      decider: () => {
        throw new RangeError('odd');
      },
    })
    .build();
  expect(await run(flow)).toMatchObject({
    state: 'REVERTED',
    failures: [{ path: 'g/b', failure: { name: 'RangeError', message: 'odd' } }],
  });
  expect(log).toEqual(['a', 'undo b', 'undo a']);
});

test('a retry asks its deciders again', async () => {
  const asked: number[] = [];
  let count = 0;
  const counter = defineTask({ name: 'counter', provides: ['n'], execute: async () => ({ n: ++count }) });
  const log: string[] = [];
  const flow = graph('g')
    .retry(times(2))
    .add({ counter, skipped: noted('skipped', log), fails: noted('fails', log, true) })
    .link('counter', 'skipped', {
      decider: ({ counter: { n } }) => {
        asked.push(n);
        return n > 1;
      },
      depth: 'atom',
    })
    .link('skipped', 'fails')
    .build();
  expect((await run(flow)).state).toBe('REVERTED');
  expect(asked).toEqual([1, 2]);
  expect(log).toEqual(['fails', 'undo fails', 'skipped', 'fails', 'undo fails', 'undo skipped']);
});

test('a switch runs one branch, a when one or none; what a skipped one provides is absent', async () => {
  const read = defineTask({
    name: 'read',
    requires: ['how', 'extra?'],
    provides: ['text'],
    execute: async ({ how, extra }: { how: string; extra?: string }) => ({ text: `${how} ${extra ?? 'plain'}` }),
  });
  const flow = linear('choices')
    .input<{ size: number }>()
    .switch('by-size', ['size'], ({ size }) => (size > 10 ? 'big' : 'small'), {
      big: give('big', 'how', 'by ship'),
      small: give('small', 'how', 'by bike'),
    })
    .when('if-huge', ['size'], ({ size }) => size > 100, give('escort', 'extra', 'with escort'))
    .add(read)
    .build();
  const text = async (size: number): Promise<unknown> => {
    const result = await run(flow, { inputs: { size } });
    return result.state === 'SUCCESS' ? result.results.text : result;
  };
  expect(await text(1)).toBe('by bike plain');
  expect(await text(11)).toBe('by ship plain');
  expect(await text(101)).toBe('by ship with escort');
});

test('killed at every write, a graph with deciders ends as if nothing had been', async () => {
  const build = (log: string[]) =>
    graph('g')
      .add({ a: give('a', 'go', false), b: noted('b', log), c: noted('c', log), d: noted('d', log, true) })
      .link('a', 'b', { decider: ({ a }) => a.go, depth: 'atom' })
      .link('b', 'c')
      .link('c', 'd')
      .build();
  const calm: string[] = [];
  let writes = 0;
  const counting = withFaults(memory(), () => {
    writes++;
    return 'pass';
  });
  const reference = await run(build(calm), { persistence: counting, id: 'r' });
  expect(calm).toEqual(['c', 'd', 'undo d', 'undo c']);
  for (let at = 0; at < writes; at++) {
    const log: string[] = [];
    const store = memory();
    const faulty = withFaults(store, (write) => (write === at ? 'die-after' : 'pass'));
    const flow = build(log);
    const dead = flowproof({ persistence: faulty, flows: [flow] });
    await Promise.race([dead.run(flow, { id: 'r' }), faulty.died]);
    const next = flowproof({ persistence: store, flows: [flow] });
    expect((await next.resume(flow, 'r', { takeover: 'force' })).state, `write ${at}`).toBe(reference.state);
    expect([...new Set(log)], `write ${at}`).toEqual(calm);
  }
});

test('a switch is asked once for all its branches, so that exactly one runs whatever it depends on', async () => {
  let asked = 0;
  const flow = linear('coin')
    .switch('toss', [], () => (asked++ % 2 === 0 ? 'heads' : 'tails'), {
      heads: give('heads', 'side', 'heads'),
      tails: give('tails', 'side', 'tails'),
    })
    .build();
  expect(await run(flow)).toMatchObject({ results: { side: 'heads' } });
  expect(await run(flow)).toMatchObject({ results: { side: 'tails' } });
  expect(asked).toBe(2);
});
