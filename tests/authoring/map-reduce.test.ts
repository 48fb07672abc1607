import { describe, expect, test } from 'vitest';
import { linear, mapTask, reduceTask, run } from '../../src/index.js';

const double = mapTask({ name: 'double', over: ['a', 'b'], provides: ['x', 'y'], map: (value: number) => value * 2 });
const subtract = reduceTask({
  name: 'subtract',
  over: ['a', 'b', 'c'],
  provides: 'rest',
  reduce: async (total: number, value: number) => total - value,
});

describe('a task that maps', () => {
  test('gives each result its name, in the order of the inputs', async () => {
    const flow = linear('f').input<{ a: number; b: number }>().add(double).build();
    expect(await run(flow, { inputs: { b: 2, a: 1 } })).toMatchObject({ state: 'SUCCESS', results: { x: 2, y: 4 } });
  });

  test('gives a list, one value after another', async () => {
    const under: number[] = [];
    const slow = mapTask({
      name: 'slow',
      over: ['b', 'a'],
      provides: 'list',
      async map(value: number) {
        under.push(value);
        await Promise.resolve();
        under.push(-value);
        return `${value}`;
      },
    });
    const flow = linear('f').input<{ a: number; b: number }>().add(slow).build();
    expect(await run(flow, { inputs: { a: 1, b: 2 } })).toMatchObject({ results: { list: ['2', '1'] } });
    expect(under).toEqual([2, -2, 1, -1]);
  });

  test('reads what it is given under other names, and constants', async () => {
    const flow = linear('f')
      .input<{ left: number }>()
      .add(double, { rebind: { a: 'left' }, inject: { b: 5 }, provides: { x: 'first' } })
      .build();
    expect(await run(flow, { inputs: { left: 4 } })).toMatchObject({ results: { first: 8, y: 10 } });
  });

  test('fails like any task when its function does', async () => {
    const picky = mapTask({
      name: 'picky',
      over: ['a'],
      provides: ['x'],
      map(value: number) {
        if (value < 0) throw new RangeError('negative');
        return value;
      },
    });
    const flow = linear('f').input<{ a: number }>().add(picky).build();
    expect(await run(flow, { inputs: { a: -1 } })).toMatchObject({ state: 'REVERTED', failures: [{ path: 'f/picky' }] });
  });
});

describe('a task that reduces', () => {
  test('folds from the left, in the order of the inputs', async () => {
    const flow = linear('f').input<{ a: number; b: number; c: number }>().add(subtract).build();
    expect(await run(flow, { inputs: { c: 1, b: 2, a: 10 } })).toMatchObject({ results: { rest: 7 } });
  });

  test('reads what it is given under other names, and constants', async () => {
    const flow = linear('f')
      .input<{ n: number }>()
      .add(subtract, { rebind: { a: 'n', b: 'n' }, inject: { c: 3 } })
      .build();
    expect(await run(flow, { inputs: { n: 10 } })).toMatchObject({ results: { rest: -3 } });
  });
});
