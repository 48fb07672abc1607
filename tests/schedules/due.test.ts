import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CatchUp, dueOf, firingsOf, firstOf } from '../../src/schedules/index.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const hourly = firingsOf({ everyMs: HOUR_MS });

describe('what is due after three hours in which nobody looked', () => {
  const due = (catchUp: CatchUp, lateMs: number) => dueOf(hourly, catchUp, 10 * HOUR_MS, 12 * HOUR_MS + lateMs);

  test('last: the latest one, however late', () => {
    expect(due('last', 40 * MINUTE_MS)).toEqual({ fires: [12 * HOUR_MS], nextAtMs: 13 * HOUR_MS });
  });

  test('all: each, in its order', () => {
    expect(due('all', 40 * MINUTE_MS)).toEqual({ fires: [10 * HOUR_MS, 11 * HOUR_MS, 12 * HOUR_MS], nextAtMs: 13 * HOUR_MS });
  });

  test('none: the latest one within its first minute, and nothing after it', () => {
    expect(due('none', MINUTE_MS).fires).toEqual([12 * HOUR_MS]);
    expect(due('none', MINUTE_MS + 1)).toEqual({ fires: [], nextAtMs: 13 * HOUR_MS });
  });
});

test('all means the latest hundred', () => {
  const { fires } = dueOf(hourly, 'all', 0, 1_000 * HOUR_MS);
  expect([fires.length, fires[0], fires.at(-1)]).toEqual([100, 901 * HOUR_MS, 1_000 * HOUR_MS]);
});

test('what is due exactly now fires now, and is not due again', () => {
  expect(dueOf(hourly, 'last', 5 * HOUR_MS, 5 * HOUR_MS)).toEqual({ fires: [5 * HOUR_MS], nextAtMs: 6 * HOUR_MS });
});

test('however often it is looked, each firing is done once and none is left out, unless it is to be', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 5 * HOUR_MS }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(
      steps,
      fc.constantFrom<CatchUp>('none', 'last', 'all'),
      fc.integer({ min: 1_000, max: 2 * HOUR_MS }),
      (pauses, catchUp, everyMs) => {
        const firings = firingsOf({ everyMs });
        let nowMs = 1_000_000_000;
        let nextAtMs = firstOf(firings, nowMs) as number;
        const fired: number[] = [];
        for (const pause of pauses) {
          nowMs += pause;
          if (nextAtMs > nowMs) continue;
          const before = nextAtMs;
          const due = dueOf(firings, catchUp, nextAtMs, nowMs);
          for (const ms of due.fires) {
            expect(ms).toBeGreaterThanOrEqual(before);
            expect(ms).toBeLessThanOrEqual(nowMs);
          }
          if (catchUp === 'last') expect(due.fires).toEqual([Math.floor(nowMs / everyMs) * everyMs]);
          if (catchUp === 'all') expect(due.fires.length).toBe(Math.min(100, Math.floor((nowMs - before) / everyMs) + 1));
          fired.push(...due.fires);
          nextAtMs = due.nextAtMs as number;
          expect(nextAtMs).toBe((Math.floor(nowMs / everyMs) + 1) * everyMs);
        }
        expect(fired).toEqual([...new Set(fired)].sort((a, b) => a - b));
      },
    ),
  );
});

describe('when a schedule is due that is declared anew', () => {
  test('after now, if it is new or was paused', () => {
    expect(firstOf(hourly, 5 * HOUR_MS + 1)).toBe(6 * HOUR_MS);
  });

  test('what nobody has done of the old one is caught up by the new one', () => {
    expect(firstOf(hourly, 9 * HOUR_MS + 1, 4 * HOUR_MS)).toBe(4 * HOUR_MS);
    expect(firstOf(hourly, 9 * HOUR_MS + 1, 4 * HOUR_MS + 1)).toBe(5 * HOUR_MS);
  });

  test('what the old one had not come to yet is left to it', () => {
    expect(firstOf(hourly, 5 * HOUR_MS + 1, 20 * HOUR_MS)).toBe(6 * HOUR_MS);
  });
});
