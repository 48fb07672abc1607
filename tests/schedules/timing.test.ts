import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firingsOf } from '../../src/schedules/index.js';

const at = (text: string): number => Date.parse(text);
const iso = (ms: number | undefined): string => (ms === undefined ? 'never' : new Date(ms).toISOString());

/** The next firings after a moment. */
function next(cron: string, timeZone: string, after: string, count: number): readonly string[] {
  const firings = firingsOf({ cron, timeZone });
  const found: string[] = [];
  for (let ms: number | undefined = at(after); found.length < count; ) {
    ms = firings.after(ms);
    found.push(iso(ms));
    if (ms === undefined) break;
  }
  return found;
}

describe('where the clocks change', () => {
  test('a time that a day does not have is when the clock goes on, once', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 3)).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
    expect(next('30 2 * * *', 'America/New_York', '2026-03-07T12:00:00Z', 2)).toEqual([
      '2026-03-08T07:00:00.000Z',
      '2026-03-09T06:30:00.000Z',
    ]);
  });

  test('the time to which the clock jumps comes once', () => {
    expect(next('0 3 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual(['2026-03-29T01:00:00.000Z', '2026-03-30T01:00:00.000Z']);
  });

  test('a time that a day has twice comes once, the first time', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-10-24T00:00:00Z', 3)).toEqual([
      '2026-10-24T00:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  test('each half hour comes in the hour that there is twice, too', () => {
    expect(next('*/30 * * * *', 'Europe/Berlin', '2026-10-24T23:59:00Z', 5)).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T01:30:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ]);
  });

  test('half an hour is a change, too: Lord Howe', () => {
    expect(next('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', 2)).toEqual([
      '2026-10-03T15:30:00.000Z',
      '2026-10-04T15:15:00.000Z',
    ]);
    expect(next('45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T00:00:00Z', 2)).toEqual([
      '2026-04-04T14:45:00.000Z',
      '2026-04-05T15:15:00.000Z',
    ]);
  });

  test('a day that a zone left out is no day: Samoa in 2011', () => {
    expect(next('0 12 * * *', 'Pacific/Apia', '2011-12-29T00:00:00Z', 3)).toEqual([
      '2011-12-29T22:00:00.000Z',
      '2011-12-30T22:00:00.000Z',
      '2011-12-31T22:00:00.000Z',
    ]);
  });
});

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Africa/Casablanca', 'Pacific/Apia'];
const CRONS = [
  '0 3 * * *',
  '30 2 * * *',
  '*/30 * * * *',
  '15 2 * * 0',
  '45 1 * * *',
  '0 0 1 * *',
  '*/7 1-3 * * *',
  '0 12 L * *',
  '10 */2 * * 1-5',
];
const CHANGES = [
  '2026-03-29',
  '2026-10-25',
  '2026-04-05',
  '2026-10-04',
  '2026-03-08',
  '2026-11-01',
  '2026-02-15',
  '2026-03-22',
  '2026-07-01',
];

describe('firings, for any expression and zone, around the days when clocks change', () => {
  const cases = fc.record({
    timing: fc.oneof(
      fc.record({ cron: fc.constantFrom(...CRONS), timeZone: fc.constantFrom(...ZONES) }),
      fc.record({ everyMs: fc.integer({ min: 1_000, max: 10 * 86_400_000 }) }),
    ),
    fromMs: fc.tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -86_400_000, max: 86_400_000 })).map(([day, off]) => at(day) + off),
    count: fc.integer({ min: 1, max: 6 }),
  });

  test('come one after the other, and looking back finds the same ones', () => {
    fc.assert(
      fc.property(cases, ({ timing, fromMs, count }) => {
        const firings = firingsOf(timing);
        const forward: number[] = [];
        for (let ms: number | undefined = fromMs; forward.length < count; ) {
          const before: number = ms;
          ms = firings.after(before);
          if (ms === undefined) break;
          expect(ms).toBeGreaterThan(before);
          forward.push(ms);
        }
        const last = forward.at(-1) as number;
        expect(firings.latest(count, last)).toEqual([...forward].reverse());
        // A moment before it, the one before is the last.
        expect(firings.latest(1, last - 1)[0]).toBeLessThan(last);
      }),
      { numRuns: 150 },
    );
  });
});

test('a period is at its multiples since 1970, so that all apps mean the same moments', () => {
  const { after, latest } = firingsOf({ everyMs: 3_600_000 });
  expect(iso(after(at('2026-05-04T10:20:00Z')))).toBe('2026-05-04T11:00:00.000Z');
  expect(iso(after(at('2026-05-04T11:00:00Z')))).toBe('2026-05-04T12:00:00.000Z');
  expect(latest(2, at('2026-05-04T11:00:00Z')).map(iso)).toEqual(['2026-05-04T11:00:00.000Z', '2026-05-04T10:00:00.000Z']);
});

test('an expression whose years are over comes no more', () => {
  expect(next('0 0 0 1 1 * 2027', 'UTC', '2026-05-04T00:00:00Z', 2)).toEqual(['2027-01-01T00:00:00.000Z', 'never']);
});
