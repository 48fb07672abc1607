import { type AnyFlow, defineTask, flowproof, linear, memory, type Persistence, type RunResult } from '../../src/index.js';

export const calls: string[] = [];

/** How often a task fails yet, and what its revert does. */
export const failing = new Map<string, number>();
export const stubborn = new Set<string>();

export const script: { whileUndoing: () => Promise<unknown>; thrown: () => Error } = {
  whileUndoing: async () => undefined,
  thrown: () => new Error('no'),
};

/** Takes what `reads` may have left, and gives its own name. */
export const task = (name: string, reads: readonly string[] = []) =>
  defineTask({
    name,
    requires: reads.map((read) => `${read}?`) as [],
    provides: [name] as const,
    execute: async (inputs: Record<string, unknown>) => {
      const left = failing.get(name) ?? 0;
      const told = reads.map((read) => `${read}: ${inputs[read] ?? 'nothing'}`).join(' ');
      calls.push([name, ...(told === '' ? [] : [`(${told})`]), ...(left > 0 ? ['fails'] : [])].join(' '));
      if (left > 0) {
        failing.set(name, left - 1);
        throw script.thrown();
      }
      return { [name]: name };
    },
    revert: async (_: unknown, outcome: { kind: string }) => {
      calls.push(`undo ${name} ${outcome.kind}`);
      await script.whileUndoing();
      if (stubborn.delete(name)) throw new Error('not undone');
    },
  } as never) as never;

export const line = (name: string) => linear.dynamic(name);
export const optional = { optional: true };

export async function run(flow: AnyFlow, fails: Readonly<Record<string, number>> = {}, persistence: Persistence = memory(), more = {}) {
  for (const [name, count] of Object.entries(fails)) failing.set(name, count);
  await using app = flowproof({ persistence, flows: [flow], ...more } as never);
  const result = (await app.run(flow as never, { id: 'r' } as never)) as RunResult<AnyFlow>;
  const told =
    'failures' in result ? { failures: result.failures.map(({ path, optional }) => (optional ? `${path} (optional)` : path)) } : {};
  const { atoms } = await app.inspect('r');
  return { state: result.state, calls: calls.join(', '), ...told, atoms: atoms.map(({ state }) => state).join(' '), result };
}

export const wrong = (): never => {
  throw new Error('no choice');
};
