import { expect, test } from 'vitest';
import { RefusedRuns } from '../../src/app/refused-runs.js';
import { VirtualClock } from '../../src/testing/index.js';

const MINUTE_MS = 60_000;

test('a run that is refused again and again is left out for longer each time, an hour at most', () => {
  const clock = new VirtualClock();
  const refused = new RefusedRuns(clock);
  for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
    refused.add('a');
    clock.advance(minutes * MINUTE_MS - 1);
    expect([refused.has('a'), refused.ids()]).toEqual([true, ['a']]);
    clock.advance(1);
    expect([refused.has('a'), refused.ids()]).toEqual([false, []]);
  }
});

test('of a thousand and more those that were refused last are left out', () => {
  const refused = new RefusedRuns(new VirtualClock());
  for (let run = 0; run < 1_002; run++) refused.add(`${run}`);
  expect([refused.ids().length, refused.has('1'), refused.has('2')]).toEqual([1_000, false, true]);
  refused.clear();
  expect(refused.ids()).toEqual([]);
});
