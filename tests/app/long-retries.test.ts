import { expect, test } from 'vitest';
import { type Decision, defineRetry, defineTask, flowproof, type History, linear, memory, type Persistence } from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';

type Sizes = History<{ size: number }>;

class TooSmall extends Error {}

/** Doubles its size until it is enough. Tells what it saw of its attempts. */
function growing(seen: string[], until = 200) {
  const grow = defineRetry({
    name: 'grow',
    provides: ['size'],
    execute: (history: Sizes) => ({ size: history.length }),
    onFailure: (history): Decision => {
      seen.push(
        history.attempts.map(({ provided, failures }) => `${provided.size} ${failures.map(({ failure }) => failure.message)}`).join(),
      );
      return history.length < until ? 'RETRY' : 'REVERT';
    },
  });
  const fill = defineTask({
    name: 'fill',
    requires: ['size'],
    execute: ({ size }: { size: number }) => {
      throw new TooSmall(`${size} is too small`, { cause: new Error('full') });
    },
  });
  return linear('f').retry(grow).add(fill).build();
}

async function snapshotOf(persistence: Persistence): Promise<unknown> {
  const journal = persistence.connect();
  const run = await journal.find({ key: 'r' });
  const loaded = await journal.load(run?.runId ?? '');
  for await (const page of loaded?.entries ?? []) {
    for (const { transitions } of page) if (transitions[0]?.[0] === 'SNAPSHOT') return transitions[0][1];
  }
  return undefined;
}

test('a snapshot has the history of a retry, without the stacks of what failed', async () => {
  const persistence = memory();
  const flow = growing([]);
  await using app = flowproof({ persistence, flows: [flow], snapshotAfter: 50 });
  await app.run(flow, { id: 'r' });
  const text = JSON.stringify(await snapshotOf(persistence));
  expect(text).toContain('57 is too small');
  expect(text).toContain('"cause":{"name":"Error","message":"full"}');
  expect(text.match(/"stack"/g)?.length ?? 0, 'that of the failure which is not overcome, with its cause').toBeLessThanOrEqual(4);
});

test('what a retry sees is the same in the process that began, and in one that goes on from a snapshot', async () => {
  const whole: string[] = [];
  await using calm = flowproof({ persistence: memory(), flows: [growing(whole, 60)], snapshotAfter: 50 });
  expect((await calm.run(growing(whole, 60), { id: 'r' })).state).toBe('REVERTED');
  const persistence = memory();
  const seen: string[] = [];
  const faulty = withFaults(persistence, (write) => (write === 170 ? 'die-after' : 'pass'));
  const dying = flowproof({ persistence: faulty, flows: [growing(seen, 60)], snapshotAfter: 50 });
  await Promise.race([dying.run(growing(seen, 60), { id: 'r' }), faulty.died]);
  expect(await snapshotOf(persistence), 'it has been taken').toBeDefined();
  await using next = flowproof({ persistence, flows: [growing(seen, 60)] });
  expect((await next.resume(growing(seen, 60), 'r', { takeover: 'force' })).state).toBe('REVERTED');
  expect([...new Set(seen)]).toEqual(whole);
});

test('each look at an attempt is at a copy of its own', async () => {
  const seen: unknown[] = [];
  let kept: readonly unknown[] = [];
  const retry = defineRetry({
    name: 'r',
    provides: ['box'],
    execute: (history: History<{ box: { n: number } }>) => ({ box: { n: history.length } }),
    onFailure: (history): Decision => {
      const [first] = history.attempts;
      seen.push({ ...first }, history.attempts.length, history.attempts.at(-1)?.provided.box.n);
      for (const { provided, failures } of history.attempts) {
        provided.box.n = -1;
        (failures as unknown[]).length = 0;
      }
      (history.attempts as unknown[]).length = 0;
      kept = history.attempts;
      return history.length < 3 ? 'RETRY' : 'REVERT';
    },
  });
  const t = defineTask({
    name: 't',
    requires: ['box'],
    execute: () => {
      throw new Error('no');
    },
  });
  const flow = linear('f').retry(retry).add(t).build();
  await using app = flowproof({ persistence: memory(), flows: [flow] });
  await app.run(flow);
  const first = { provided: { box: { n: 0 } }, failures: [expect.objectContaining({ path: 'f/t', attempt: 1 })] };
  expect(seen).toEqual([first, 1, 0, first, 2, 1, first, 3, 2]);
  expect(kept.length, 'what is kept by the user stays readable').toBe(3);
  expect(JSON.stringify(kept)).toContain('"provided":{"box":{"n":2}}');
});
