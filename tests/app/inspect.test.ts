import { expect, test } from 'vitest';
import { defineTask, encrypted, flowproof, linear, memory, times } from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';

/** Each call of the task takes ten seconds. */
const slow = (clock: VirtualClock, name: string) =>
  defineTask({
    name,
    provides: [name],
    execute: async () => {
      clock.advance(10_000);
      return { [name]: name } as Record<typeof name, string>;
    },
    revert: async () => clock.advance(5_000),
  });

test('a run that is looked at says when it and each of its tasks began and ended, and what it gave', async () => {
  const clock = new VirtualClock(1_000_000);
  const a = defineTask({
    name: 'a',
    provides: ['x'],
    execute: async () => {
      clock.advance(10_000);
      return { x: 1 };
    },
  });
  const b = defineTask({ name: 'b', requires: ['x'], execute: async (_: { x: number }) => clock.advance(20_000) });
  const flow = linear('f').add(a).add(b).build();
  await using app = flowproof({ persistence: memory(), flows: [flow], clock });
  await app.run(flow, { id: 'r' });
  const { createdAtMs, startedAtMs, endedAtMs, results, failures, pendingReverts, atoms } = await app.inspect('r');
  expect({ createdAtMs, startedAtMs, endedAtMs }).toEqual({ createdAtMs: 1_000_000, startedAtMs: 1_000_000, endedAtMs: 1_030_000 });
  expect({ results, failures, pendingReverts }).toEqual({ results: { x: 1 }, failures: [], pendingReverts: [] });
  expect(atoms.map(({ path, startedAtMs: from, endedAtMs: to }) => [path, from, to])).toEqual([
    ['f/a', 1_000_000, 1_010_000],
    ['f/b', 1_010_000, 1_030_000],
  ]);
});

test('what was undone says when, beside when it was done; a later attempt has times of its own', async () => {
  const clock = new VirtualClock(0);
  const made = slow(clock, 'made');
  const fails = defineTask({
    name: 'fails',
    execute: async () => {
      clock.advance(1_000);
      throw new Error('no');
    },
  });
  const flow = linear('f').retry(times(2)).add(made).add(fails).build();
  await using app = flowproof({ persistence: memory(), flows: [flow], clock });
  expect((await app.run(flow, { id: 'r' })).state).toBe('REVERTED');
  const { atoms, failures, endedAtMs, results } = await app.inspect('r');
  const view = atoms.find(({ path }) => path === 'f/made');
  // Two attempts of 11 seconds, each undone in 5.
  expect(view).toMatchObject({ startedAtMs: 16_000, endedAtMs: 26_000, revertStartedAtMs: 27_000, revertEndedAtMs: 32_000 });
  expect(endedAtMs).toBe(32_000);
  expect(failures).toMatchObject([{ path: 'f/fails', phase: 'execute', attempt: 2, failure: { message: 'no' } }]);
  expect(results).toBeUndefined();
});

test('a revert that failed is pending, with its failure', async () => {
  const stuck = defineTask({ name: 'stuck', execute: async () => undefined, revert: async () => Promise.reject(new Error('in use')) });
  const fails = defineTask({ name: 'fails', execute: async () => Promise.reject(new Error('no')) });
  const flow = linear('f').add(stuck).add(fails).build();
  await using app = flowproof({ persistence: memory(), flows: [flow] });
  await app.run(flow, { id: 'r' });
  const { pendingReverts, failures } = await app.inspect('r');
  expect(pendingReverts).toEqual(['f/stuck']);
  expect(failures.map(({ path, phase }) => `${path} ${phase}`)).toEqual(['f/fails execute', 'f/stuck revert']);
});

test('secrets among the results are masked', async () => {
  const login = defineTask({
    name: 'login',
    provides: ['token', 'user'],
    secret: ['token'],
    execute: async () => ({ token: 't-1', user: 'ada' }),
  });
  const flow = linear('f').add(login).build();
  const keys = [{ id: 'k', key: new Uint8Array(32) }];
  await using app = flowproof({ persistence: encrypted(memory(), { keys }), flows: [flow] });
  await app.run(flow, { id: 'r' });
  expect((await app.inspect('r')).results).toEqual({ token: '[secret]', user: 'ada' });
  expect((await app.inspect('r', { secrets: 'plain' })).results).toEqual({ token: 't-1', user: 'ada' });
});
