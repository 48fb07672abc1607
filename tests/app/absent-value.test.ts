import { expect, test } from 'vitest';
import { defineTask, graph, run } from '../../src/index.js';

test('a task whose value was skipped fails before it is called, and is not asked to undo what it never did (D-8)', async () => {
  const log: string[] = [];
  const note = (name: string, more: object = {}) =>
    defineTask({
      name,
      execute: async () => {
        log.push(name);
        return {};
      },
      revert: async () => void log.push(`undo ${name}`),
      ...more,
    });
  const flow = graph
    .dynamic('g')
    .add({
      before: note('before'),
      give: note('give', { provides: ['x'], execute: async () => ({ x: 1 }) }),
      take: note('take', { requires: ['x'] }),
    })
    .link('before', 'give', { decider: () => false, depth: 'atom' })
    .build();
  const result = await run(flow);
  expect(result).toMatchObject({ state: 'REVERTED', failures: [{ path: 'g/take', failure: { code: 'VALUE_ABSENT' } }] });
  expect(log).toEqual(['before', 'undo before']);
});
