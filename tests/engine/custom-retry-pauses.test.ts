import { describe, expect, test } from 'vitest';
import { Bench, compiled } from './runs.js';

describe('a pause', () => {
  const paused = (backoff: { delayMs: number; factor: number; maxMs: number; jitter: number }) =>
    compiled({ r: { retries: { last: 'b', policy: { kind: 'times', attempts: 5, backoff } } }, b: { after: ['r'] } });

  test('begins with the failure, lets the flow be undone meanwhile, and grows', () => {
    const bench = new Bench(paused({ delayMs: 1_000, factor: 2, maxMs: 3_000, jitter: 0 }));
    bench.begin();
    const at = (nowMs: number): void => {
      bench.limits = { ...bench.limits, nowMs, monotonicMs: nowMs };
    };
    for (const [failedAt, pause] of [
      [0, 1_000],
      [5_000, 2_000],
      [9_000, 3_000],
      [20_000, 3_000],
    ] as const) {
      at(failedAt);
      expect(bench.answer('b!')).toContain('r SLEEP');
      expect(bench.answer('b')).toEqual(['b REVERTED', 'r RETRYING', 'RESET 1-2', 'INTEND EXECUTE 0-1']);
      expect(bench.slept).toBe(failedAt + pause);
      at(failedAt + pause - 1);
      expect(bench.decide([])).toEqual([]);
      at(failedAt + pause);
      expect(bench.decide([])).toEqual(['r ATTEMPT', 'b RUNNING']);
    }
  });

  test('survives a crash: what is left of it is waited for', () => {
    const bench = new Bench(paused({ delayMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0 }));
    bench.begin();
    bench.answer('b!');
    bench.answer('b');
    const early = bench.takeOver().bench;
    expect(early.slept).toBe(1_000);
    early.limits = { ...early.limits, nowMs: 1_000, monotonicMs: 1_000 };
    expect(early.decide([])).toEqual(['r ATTEMPT', 'b RUNNING']);
  });

  test('is measured by the clock that only grows, and written down by the date', () => {
    for (const jumpMs of [3_600_000, -3_600_000, -1]) {
      const dateMs = 1_700_000_000_000;
      const bench = new Bench(paused({ delayMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0 }));
      bench.limits = { ...bench.limits, nowMs: dateMs, monotonicMs: 50 };
      bench.begin();
      bench.answer('b!');
      expect(bench.history.at(-1)?.find(([word]) => word === 'SLEEP')).toEqual(['SLEEP', 0, dateMs + 1_000]);
      bench.limits = { ...bench.limits, nowMs: dateMs + jumpMs, monotonicMs: 150 };
      bench.answer('b');
      expect(bench.slept).toBe(1_050);
      bench.limits = { ...bench.limits, monotonicMs: 1_049 };
      expect(bench.decide([])).toEqual([]);
      bench.limits = { ...bench.limits, monotonicMs: 1_050 };
      expect(bench.decide([])).toEqual(['r ATTEMPT', 'b RUNNING']);
      // What comes after is written down by the date that is known then.
      bench.answer('b!');
      expect(bench.history.at(-1)?.find(([word]) => word === 'SLEEP')).toEqual(['SLEEP', 0, dateMs + jumpMs + 1_000]);
    }
  });

  test('that another process has begun ends when the date says so', () => {
    const bench = new Bench(paused({ delayMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0 }));
    bench.limits = { ...bench.limits, nowMs: 500_000, monotonicMs: 50 };
    bench.begin();
    bench.answer('b!');
    bench.answer('b');
    const later = bench.takeOver(1, { nowMs: 500_300, monotonicMs: 9_000 }).bench;
    expect(later.slept).toBe(9_700);
    later.limits = { ...later.limits, nowMs: 0, monotonicMs: 9_700 };
    expect(later.decide([])).toEqual(['r ATTEMPT', 'b RUNNING']);
  });

  test('is over when the run goes back or rests; a run that rests has nothing to wait for', () => {
    const bench = new Bench(paused({ delayMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0 }));
    bench.begin();
    bench.answer('b!');
    bench.answer('b');
    expect(bench.decide([{ kind: 'cancel' }])).toEqual(['CANCEL', 'INTEND REVERT 0-2', 'r REVERTING', 'r REVERTED', 'RUN CANCELLED']);
    const other = new Bench(paused({ delayMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0 }));
    other.begin();
    other.answer('b!');
    other.answer('b');
    other.limits = { ...other.limits, hold: 'suspend' };
    expect(other.decide([])).toEqual(['RUN SUSPENDED']);
  });

  test('is partly left to chance, which is the same for the same run', () => {
    const pauses = new Set<number | undefined>();
    for (const run of ['r', 's', 't', 'r']) {
      const bench = new Bench(paused({ delayMs: 1_000, factor: 1, maxMs: 1_000, jitter: 0.5 }), 1, run);
      bench.begin();
      bench.answer('b!');
      bench.answer('b');
      pauses.add(bench.slept);
      expect(bench.slept).toBeGreaterThanOrEqual(500);
      expect(bench.slept).toBeLessThanOrEqual(1_000);
    }
    expect(pauses.size).toBe(3);
  });
});
