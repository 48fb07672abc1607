import { describe, expect, test } from 'vitest';
import { type Effect, judgeRun, type RunRecord, repeatsOf } from './judge.js';
import { judgeMemory, type MemorySample, memoryTrend } from './memory.js';
import { Random } from './random.js';

const effect = (run: string, path: string, phase = 'execute', round = 1): Effect => ({ run, path, phase, key: `${run} ${path} ${round}` });

/** A saga: `f/a` was booked, `f/b` failed twice, and all was undone. */
function record(id: string, more: Partial<RunRecord> = {}): RunRecord {
  return {
    id,
    kind: 'reference',
    result: {
      ...{ state: 'REVERTED', flow: 'f', runId: id },
      failures: [{ path: 'f/b', phase: 'execute', attempt: 2, failure: { name: 'Error', message: 'no', stack: id } }],
    },
    atoms: [
      { path: 'f/a', state: 'REVERTED', result: { out: 1 } },
      { path: 'f/b', state: 'REVERTED' },
    ],
    losses: new Map(),
    calls: [effect(id, 'f/b'), effect(id, 'f/b', 'execute', 2), effect(id, 'f/b', 'revert', 2)],
    rows: [effect(id, 'f/a'), effect(id, 'f/a', 'revert')],
    ...more,
  };
}

const reference = record('reference');
const judge = (more: Partial<RunRecord>) => judgeRun(record('r', more), reference);

describe('a run is as its reference', () => {
  test('when only ids, attempts and stacks differ', () => {
    expect(judge({})).toEqual([]);
    const { failures } = reference.result as { failures: readonly object[] };
    const told = failures.map((one) => ({ ...one, attempt: 7 }));
    expect(judge({ result: { state: 'REVERTED', flow: 'f', runId: 'r', failures: told } })).toEqual([]);
  });

  test('when a call was repeated after a loss, and no oftener', () => {
    const again = [...record('r').calls, effect('r', 'f/b')];
    expect(judge({ calls: again, losses: new Map([['f/b', 1]]) })).toEqual([]);
    expect(repeatsOf(record('r', { calls: again }), reference)).toBe(1);
    expect(judge({ calls: again })).toEqual(['run r (reference): execute f/b was called 2 times for one piece of work, 0 of them lost']);
    expect(judge({ calls: again, losses: new Map([['f/a', 1]]) })).toHaveLength(1);
  });
});

describe('a run that was removed when it had ended', () => {
  const gone = { isGone: true, atoms: [], losses: new Map() } as const;
  const { calls, rows } = record('r');

  test('is judged by its end, its pieces of work and its rows', () => {
    expect(judge(gone)).toEqual([]);
    expect(judge({ ...gone, calls: [...calls, effect('r', 'f/b')] })).toEqual([]);
  });

  test('was begun anew when its work was done as other work: it had not ended', () => {
    expect(judge({ ...gone, calls: [...calls, effect('r', 'f/b', 'execute', 3)] }).join()).toContain('execute f/b was 3 pieces of work, 2');
    expect(judge({ ...gone, rows: [...rows, effect('r', 'f/a', 'execute', 2)] }).join()).toContain('has rows of 2 pieces of work, 1');
  });
});

describe('a run is not as its reference', () => {
  const { calls, rows, atoms, result } = record('r');
  test.each<[string, Partial<RunRecord>, string]>([
    ['when it ended otherwise', { result: { ...(result as object), state: 'FAILURE' } }, 'it ended with'],
    ['when it failed otherwise', { result: { ...(result as object), failures: [] } }, 'it ended with'],
    ['when a task is in another state', { atoms: [{ path: 'f/a', state: 'SUCCESS' }, ...atoms.slice(1)] }, 'its tasks are'],
    [
      'when a task gave something else',
      { atoms: [{ path: 'f/a', state: 'REVERTED', result: { out: 2 } }, ...atoms.slice(1)] },
      'its tasks are',
    ],
    ['when a task was not called', { calls: calls.slice(1) }, 'execute f/b was 1 pieces of work, 2 in its reference'],
    ['when a task was called that should not be', { calls: [...calls, effect('r', 'f/c')] }, 'execute f/c was 1 pieces of work, 0'],
    ['when it tried once more', { calls: [...calls, effect('r', 'f/b', 'execute', 3)] }, 'execute f/b was 3 pieces of work, 2'],
    ['when a row is there twice', { rows: [...rows, ...rows.slice(0, 1)] }, 'execute f/a has 2 rows of one piece of work'],
    ['when a row is missing', { rows: rows.slice(0, 1) }, 'revert f/a has rows of 0 pieces of work, 1 in its reference'],
    [
      'when a row is there twice after a loss: a transaction is exactly once',
      { rows: [...rows, ...rows.slice(0, 1)], losses: new Map([['f/a', 1]]) },
      'execute f/a has 2 rows of one piece of work',
    ],
  ])('%s', (_name, more, found) => {
    expect(judge(more).join('\n')).toContain(found);
  });
});

describe('memory', () => {
  const MB = 1_048_576;
  const samples = (heap: (minute: number) => number, random = new Random(1)): MemorySample[] =>
    Array.from({ length: 60 }, (_, index) => {
      const noise = random.between(-0.3, 0.3) * MB;
      const heapBytes = heap(index / 6) + noise;
      return { atMs: index * 10_000, heapBytes, rssBytes: 120 * MB + noise * 4 };
    });
  const judged = (of: MemorySample[]) => judgeMemory(memoryTrend(of) ?? expect.unreachable('too short'));

  test('that breathes, and that grows while it is warming, is flat', () => {
    expect(judged(samples(() => 30 * MB))).toEqual([]);
    expect(judged(samples((minute) => 30 * MB + Math.min(minute, 2) * 4 * MB))).toEqual([]);
  });

  test('with a single peak is flat', () => {
    const peak = samples(() => 30 * MB);
    expect(judged(peak.map((sample, index) => (index === 58 ? { ...sample, heapBytes: 200 * MB } : sample)))).toEqual([]);
  });

  test('that grows by half a megabyte a minute is not', () => {
    expect(judged(samples((minute) => 25 * MB + (minute * MB) / 2)).join()).toMatch(/heap of the engine that stayed grew by 3\.\d+ MB/);
  });

  test('of a short time is not judged', () => {
    expect(memoryTrend(samples(() => 30 * MB).slice(0, 10))).toBeUndefined();
  });
});

test('chance follows from the seed', () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 1_000 }, () => random.next());
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  const mean = draw(7).reduce((sum, one) => sum + one) / 1_000;
  expect(mean).toBeGreaterThan(0.45);
  expect(mean).toBeLessThan(0.55);
});
