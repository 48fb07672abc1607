import { defineTask } from '../../src/index.js';

interface Call {
  readonly turn: number;
  readonly attempt: number;
  readonly key: string;
}

/** A task that fails so many times first, and what it was called with. */
export function failing(failures: number, error: () => unknown = () => new Error('busy')) {
  const calls: Call[] = [];
  const reverted: unknown[] = [];
  const task = defineTask({
    name: 'charge',
    provides: ['receipt'],
    execute: async (_: {}, { turn, attempt, idempotencyKey: key }) => {
      calls.push({ turn, attempt, key });
      if (calls.length <= failures) throw error();
      return { receipt: `after ${calls.length}` };
    },
    revert: async (_, outcome) => void reverted.push(outcome.kind),
  });
  return { task, calls, reverted };
}
