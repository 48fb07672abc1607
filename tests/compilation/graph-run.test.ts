import { expect, test } from 'vitest';
import { run } from '../../src/index.js';
import { graph, linear, unordered } from './graph-tasks.js';
import { task } from './tasks.js';

/** Runs what compile() made of it, in memory; gives the order in which tasks ended, and the results. */
async function ran(build: (step: (name: string, requires?: string[], provides?: string[]) => unknown) => { build(): unknown }) {
  const order: string[] = [];
  const step = (name: string, requires: string[] = [], provides: string[] = []) =>
    task(name, requires, provides, {
      execute: (inputs: Record<string, string>) => {
        order.push(name);
        return Object.fromEntries(provides.map((output) => [output, `${output}(${Object.values(inputs).join()})`]));
      },
    });
  const flow = build(step).build() as Parameters<typeof run>[0];
  const result = (await (run as (...args: unknown[]) => Promise<unknown>)(flow, { inputs: { in: 'in' } })) as {
    state: string;
    results: unknown;
  };
  return { order, state: result.state, results: result.results };
}

test('graphs and unordered flows run in their order, nested in each other', async () => {
  const { order, state, results } = await ran((step) =>
    graph('g')
      .input(['in'])
      .add({
        end: step('end', ['both'], ['all']),
        both: linear
          .open('both')
          .add(step('join', ['l', 'r'], ['both']))
          .build(),
        sides: unordered
          .open('sides')
          .add(step('left', ['a'], ['l']))
          .add(step('right', ['a'], ['r']))
          .build(),
        a: step('a', ['in'], ['a']),
      })
      .returns('all'),
  );
  expect({ order, state, results }).toEqual({
    order: ['a', 'left', 'right', 'join', 'end'],
    state: 'SUCCESS',
    results: { all: 'all(both(l(a(in)),r(a(in))))' },
  });
});

test('a failed graph goes back from its end to its beginning', async () => {
  const reverted: string[] = [];
  const step = (name: string, requires: string[], provides: string[], fail = false) =>
    task(name, requires, provides, {
      execute: () => {
        if (fail) throw new Error(name);
        return Object.fromEntries(provides.map((output) => [output, 1]));
      },
      revert: () => {
        reverted.push(name);
      },
    });
  const flow = graph('g')
    .add({ c: step('c', ['a', 'b'], [], true), b: step('b', ['a'], ['b']), a: step('a', [], ['a']) })
    .build();
  const result = (await (run as (...args: unknown[]) => Promise<unknown>)(flow)) as { state: string };
  expect([result.state, reverted]).toEqual(['REVERTED', ['c', 'b', 'a']]);
});
