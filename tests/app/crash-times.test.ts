import { expect, test } from 'vitest';
import { defineTask, flowproof, linear, memory, type Persistence, type TaskContext, times } from '../../src/index.js';
import { type Fault, surviveEveryCrash, withFaults } from '../../src/testing/index.js';

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

const before = defineTask({ name: 'before', execute: async () => undefined, revert: async () => undefined });
/** Takes too long in its first turns. */
const slow = (turns: number) =>
  defineTask({
    name: 'slow',
    timeoutMs: 2,
    retry: times(2),
    execute: async (_: {}, { turn, signal }) => {
      if (turn <= turns) await untilAborted(signal);
    },
    revert: async () => undefined,
  });
const hangs = defineTask({ name: 'hangs', execute: async (_: {}, { signal }) => untilAborted(signal), revert: async () => undefined });

const FLOWS = {
  'a call that takes too long once': linear('once').add(before).add(slow(1)).build(),
  'calls that take too long': linear('always').add(before).add(slow(9)).build(),
  'a run whose time is over': linear('late', { deadlineMs: 40 }).retry(times(3)).add(before).add(slow(1)).add(hangs).build(),
};

for (const fault of ['die-before', 'die-after', 'lose-answer'] as const) {
  for (const [what, flow] of Object.entries(FLOWS)) {
    test(`${fault} at every write of ${what}: it ends as without`, async () => {
      let writes = 0;
      const counting = withFaults(memory(), () => {
        writes++;
        return 'pass';
      });
      const reference = await live(counting, flow);
      for (let at = 0; at < writes; at++) {
        const store = memory();
        const faulty = withFaults(store, (write): Fault => (write === at ? fault : 'pass'));
        expect((await live(faulty, flow)) ?? (await live(store, flow)), `write ${at}`).toEqual(reference);
      }
    });
  }
}

type Flow = (typeof FLOWS)[keyof typeof FLOWS];

/** How it ends, and why first: whoever takes over says of what was under way that it is not known, and not what it was to be ended for. */
async function live(persistence: Persistence & { died?: Promise<void> }, flow: Flow): Promise<unknown> {
  const app = flowproof({ persistence, flows: [flow], storeTimeoutMs: 1_000, recover: false });
  const known = (await app.runs({ limit: 1 })).runs.length > 0;
  const running = known ? app.resume(flow, 'r', { takeover: 'force' }) : app.run(flow, { id: 'r' });
  running.catch(() => undefined);
  const result = await Promise.race([running, persistence.died ?? new Promise<undefined>(() => undefined)]);
  return result && { state: result.state, why: 'failures' in result ? result.failures[0]?.failure.code : undefined };
}

test('a flow with times survives every crash', async () => {
  const done = new Map<string, string>();
  const noted = (name: string) => ({
    name,
    execute: async (_: {}, { idempotencyKey }: TaskContext) => void done.set(idempotencyKey, name),
    revert: async (_: {}, __: object, { idempotencyKey }: TaskContext) => void done.delete(idempotencyKey),
  });
  const begins = defineTask({ ...noted('begins'), timeoutMs: 60_000, deadlineMs: 60_000, heartbeatMs: 60_000 });
  const ends = defineTask({ ...noted('ends'), retry: times(2), timeoutMs: 60_000 });
  const flow = linear('timed', { deadlineMs: 60_000 }).add(begins).add(ends).build();
  const report = await surviveEveryCrash(flow, { effects: () => [...done.values()] });
  expect(report).toMatchObject({ findings: [], crashes: expect.any(Number) });
});
