import { describe, expect, test } from 'vitest';
import { linear, type Schedule, ScheduleError, schedule } from '../../src/index.js';

const flow = linear('rollout').input<{ ring?: number }>().build();
const declared =
  (options: object, name: unknown = 'nightly') =>
  () =>
    schedule(name as 'nightly', { flow, ...options } as never);
const refusal = (declare: () => Schedule): string => {
  try {
    declare();
  } catch (error) {
    if (error instanceof ScheduleError && error.code === 'INVALID_SCHEDULE') return error.message;
    throw error;
  }
  return 'nothing';
};

describe('a schedule is refused where it is written, with its name and what is wrong, for', () => {
  test.each([
    ['an expression that is out of range', { cron: '61 * * * *' }, /'nightly': cron is '61 \* \* \* \*', which can't be read: .*61/],
    ['one with too few fields', { cron: '* * *' }, /can't be read/],
    ['an empty one', { cron: '' }, /can't be read/],
    ['one that is no text', { cron: 3 }, /cron is 3: it must be a text/],
    ['a day that no year has', { cron: '0 0 30 2 *' }, /'0 0 30 2 \*', which never comes/],
    ['a date', { cron: '2027-01-01T00:00:00' }, /which is a date/],
    ['an event', { cron: '@reboot' }, /can't be read/],
    ['a zone that there is not', { cron: '0 3 * * *', timeZone: 'Mars/Base' }, /timeZone is 'Mars\/Base'/],
    ['an empty zone', { cron: '0 3 * * *', timeZone: '' }, /timeZone is ''/],
    ['a zone of a period', { everyMs: 60_000, timeZone: 'UTC' }, /everyMs, which no timeZone changes/],
    ['a period that is too short', { everyMs: 999 }, /everyMs is 999: .*from 1000/],
    ['one that is no number', { everyMs: Number.NaN }, /everyMs is NaN/],
    ['one that is not whole', { everyMs: 1_000.5 }, /everyMs is 1000.5/],
    ['both', { cron: '0 3 * * *', everyMs: 60_000 }, /either cron or everyMs/],
    ['neither', {}, /either cron or everyMs/],
    ['a word that there is not', { everyMs: 60_000, catchUp: 'some' }, /catchUp is 'some': it must be one of none, last, all/],
    ['another one', { everyMs: 60_000, overlap: 'queue' }, /overlap is 'queue': it must be one of skip, allow, replace/],
    ['all that was missed, which would leave out most', { everyMs: 60_000, catchUp: 'all' }, /say overlap: 'allow'/],
    ['a version that is none', { everyMs: 60_000, version: 0 }, /version is 0/],
    ['metadata of its own', { everyMs: 60_000, metadata: { schedule: 'x' } }, /metadata have 'schedule'/],
  ])('%s', (_what, options, message) => {
    expect(refusal(declared(options))).toMatch(message);
  });

  test('a name that is none', () => {
    expect(refusal(declared({ everyMs: 60_000 }, ''))).toMatch(/its name must be a text of 1 to 100 characters/);
    expect(refusal(declared({ everyMs: 60_000 }, 'x'.repeat(101)))).toMatch(/its name/);
  });
});

test('the 29th of February and a year that is over are no mistakes', () => {
  expect(schedule('leap', { flow, cron: '0 0 29 2 *' }).name).toBe('leap');
  expect(schedule('over', { flow, cron: '0 0 0 1 1 * 2020' }).name).toBe('over');
});
