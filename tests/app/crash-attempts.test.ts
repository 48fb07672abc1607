import { expect, test } from 'vitest';
import { defineTask, flowproof, linear, memory, type Persistence, times } from '../../src/index.js';
import { type Fault, withFaults } from '../../src/testing/index.js';

for (const fault of ['die-before', 'die-after', 'lose-answer'] as const) {
  for (const failures of [2, 9]) {
    test(`${fault} at every write of a flow with a task that fails ${failures} times: it ends as without`, async () => {
      let writes = 0;
      const counting = withFaults(memory(), () => {
        writes++;
        return 'pass';
      });
      const reference = await attempt(counting, tries(failures));
      for (let at = 0; at < writes; at++) {
        const store = memory();
        const task = tries(failures);
        const faulty = withFaults(store, (write): Fault => (write === at ? fault : 'pass'));
        const result = (await attempt(faulty, task)) ?? (await attempt(store, task));
        expect(result, `write ${at}`).toEqual(reference);
        // Turns follow each other, and each is called once more at most: by whoever takes over.
        const turns = [...new Set(task.turns)];
        expect(turns, `write ${at}`).toEqual([...turns].sort());
        expect(task.turns.length - turns.length, `write ${at}`).toBeLessThanOrEqual(1);
      }
    });
  }
}

/** It fails by its turn, not by how often it was called. */
function tries(failures: number) {
  const turns: number[] = [];
  const task = defineTask({
    name: 'charge',
    retry: times(3, { backoff: { delayMs: 1 } }),
    execute: async (_: {}, { turn }) => {
      turns.push(turn);
      if (turn <= failures) throw new Error(`turn ${turn}`);
    },
    revert: async () => undefined,
  });
  const before = defineTask({ name: 'before', execute: async () => undefined, revert: async () => undefined });
  return { turns, flow: linear('order').add(before).add(task).build() };
}

async function attempt(persistence: Persistence & { died?: Promise<void> }, { flow }: ReturnType<typeof tries>): Promise<unknown> {
  const app = flowproof({ persistence, flows: [flow], storeTimeoutMs: 1_000, recover: false });
  const known = (await app.runs({ limit: 1 })).runs.length > 0;
  const running = known ? app.resume(flow, 'r', { takeover: 'force' }) : app.run(flow, { id: 'r' });
  running.catch(() => undefined);
  const result = await Promise.race([running, persistence.died ?? new Promise(() => undefined)]);
  return result === undefined ? undefined : JSON.parse(JSON.stringify(result, (key, value) => (key === 'stack' || key === 'attempt' ? undefined : value))); // biome-ignore format: one line
}
