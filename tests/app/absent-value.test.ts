import { expect, test } from 'vitest';
import { defineTask, flowproof, graph, memory, run } from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';

/** A flow whose second task reads what its skipped first task would have given. */
function skipping() {
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
  return { flow, log };
}

test('a task whose value was skipped fails before it is called, and is not asked to undo what it never did (D-8)', async () => {
  const { flow, log } = skipping();
  const result = await run(flow);
  expect(result).toMatchObject({ state: 'REVERTED', failures: [{ path: 'g/take', failure: { code: 'VALUE_ABSENT' } }] });
  expect(log).toEqual(['before', 'undo before']);
});

test('and so it is when the process dies at any write: calls that were lost had no value either', async () => {
  for (let write = 0, died = true; died; write++) {
    const { flow, log } = skipping();
    const store = memory();
    died = false;
    const faulty = withFaults(store, (at) => {
      died ||= at === write;
      return at === write ? 'die-after' : 'pass';
    });
    const first = flowproof({ persistence: faulty, flows: [flow] });
    await Promise.race([first.run(flow, { id: 'r' }), faulty.died]);
    await using second = flowproof({ persistence: store, flows: [flow] });
    const result = await second.resume(flow, 'r', { takeover: 'force' });
    expect(result, `died at write ${write}`).toMatchObject({ state: 'REVERTED', failures: [{ path: 'g/take' }] });
    expect(log).not.toContain('undo take');
    expect(write).toBeLessThan(20);
  }
});
