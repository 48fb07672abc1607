import { describe, expect, test } from 'vitest';
import type { RetryDefinition } from '../../src/authoring/index.js';
import { Bench, compiled } from './runs.js';

const retried = (policy: RetryDefinition) =>
  compiled({
    before: { revert: false },
    retry: { after: ['before'], retries: { last: 'task', policy } },
    task: { after: ['retry'], revert: false },
  });

function begun(policy: RetryDefinition): Bench {
  const bench = new Bench(retried(policy));
  bench.begin();
  bench.answer('before');
  return bench;
}

/** What the retry gave to its present attempt. */
const given = (bench: Bench): unknown => bench.run.status.atoms[1]?.result;

describe('forEach', () => {
  test('gives one value after another, what is in the list twice twice, and gives up after the last', () => {
    const bench = begun({ kind: 'forEach', provides: 'v', values: ['a', 'b', 'a'] });
    const seen = [given(bench)];
    bench.answer('task!');
    seen.push(given(bench));
    bench.answer('task!');
    seen.push(given(bench));
    expect(seen).toEqual([{ v: 'a' }, { v: 'b' }, { v: 'a' }]);
    expect(bench.answer('task!').at(-1)).toBe('RUN REVERTED');
  });

  test('knows after a crash what it has tried', () => {
    const bench = begun({ kind: 'forEach', provides: 'v', values: [{ at: new Date(1) }, { at: new Date(2) }] });
    bench.answer('task!');
    const { bench: next } = bench.takeOver();
    expect(given(next)).toEqual({ v: { at: { '~date': '1970-01-01T00:00:00.002Z' } } });
    expect(next.answer('task!').at(-1)).toBe('RUN REVERTED');
  });

  test('begins anew in each attempt of a retry around it', () => {
    const flow = compiled({
      outer: { retries: { last: 'task', attempts: 2 } },
      inner: { after: ['outer'], retries: { last: 'task', policy: { kind: 'forEach', provides: 'v', values: [1, 2] } } },
      task: { after: ['inner'], revert: false },
    });
    const bench = new Bench(flow);
    bench.begin();
    const seen: unknown[] = [];
    while (bench.run.status.state === 'RUNNING') {
      seen.push(bench.run.status.atoms[1]?.result);
      bench.answer('task!');
    }
    expect(seen).toEqual([{ v: 1 }, { v: 2 }, { v: 1 }, { v: 2 }]);
    expect(bench.run.status.state).toBe('REVERTED');
  });

  test('with nothing to try is itself what failed (R-13.15)', () => {
    const bench = begun({ kind: 'forEach', provides: 'v', values: [] });
    expect(bench.history.at(-1)?.map(([word]) => word)).toEqual([
      'SUCCESS',
      'RUNNING',
      'FAILURE',
      'INTEND',
      'REVERTING',
      'REVERTED',
      'REVERTING',
      'REVERTED',
      'RUN',
    ]);
    expect(bench.run.status.atoms[1]?.failure).toMatchObject({ code: 'NO_VALUE_LEFT', message: "'retry' has no value to try" });
  });
});

test('alwaysRevert asks the retry around it', () => {
  const flow = compiled({
    outer: { retries: { last: 'task', attempts: 2 } },
    inner: { after: ['outer'], retries: { last: 'task', policy: { kind: 'alwaysRevert' } } },
    task: { after: ['inner'], revert: false },
  });
  const bench = new Bench(flow);
  bench.begin();
  expect(bench.answer('task!').at(-1)).toBe('task RUNNING');
  expect(bench.answer('task!').at(-1)).toBe('RUN REVERTED');
});

test('alwaysRevertAll asks nobody', () => {
  const flow = compiled({
    outer: { retries: { last: 'task', attempts: 9 } },
    inner: { after: ['outer'], retries: { last: 'task', policy: { kind: 'alwaysRevertAll' } } },
    task: { after: ['inner'], revert: false },
  });
  const bench = new Bench(flow);
  bench.begin();
  expect(bench.answer('task!').at(-1)).toBe('RUN REVERTED');
});

test('a retry that tries again brings back what a retry in its flow had taken back behind it', () => {
  const flow = compiled({
    outer: { retries: { last: 'beside', attempts: 2 } },
    inner: { after: ['outer'], retries: { last: 'inside', policy: { kind: 'times', attempts: 1, otherwise: 'REVERT_LOCAL' } } },
    inside: { after: ['inner'] },
    beside: { after: ['outer'] },
    behind: { after: ['inside', 'beside'] },
  });
  const bench = new Bench(flow, 1);
  bench.begin();
  bench.answer('inside!');
  bench.answer('inside');
  bench.answer('beside!');
  bench.answer('beside');
  for (const name of ['inside', 'beside', 'behind']) bench.answer(name);
  expect(bench.run.status.state).toBe('SUCCESS');
});
