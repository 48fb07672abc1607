import { expect, test } from 'vitest';
import { ServerClock } from '../../src/boards/index.js';
import type { Clock } from '../../src/model/clock.js';

/** A server whose clock is an hour ahead, asked at some times of monotonic time. */
const AHEAD_MS = 3_600_000;

function clockAt(time: { ms: number }): Clock {
  return { nowMs: () => time.ms, monotonicMs: () => time.ms, after: () => () => undefined };
}

test('the clock of a server is known as well as its answers say it', () => {
  const time = { ms: 0 };
  const server = new ServerClock(clockAt(time));
  expect(server.nowMs()).toBe(0);
  // Each answer says the second in which it was made.
  for (let ms = 100; ms < 5_000; ms += 170) {
    time.ms = ms;
    const second = Math.floor((ms + AHEAD_MS) / 1_000) * 1_000;
    server.heard(second, second + 1_000, ms - 10);
    expect(server.nowMs()).toBeLessThanOrEqual(ms + AHEAD_MS);
    expect(server.nowMs()).toBeGreaterThan(ms + AHEAD_MS - 1_000);
  }
  // The more it has heard, the nearer it is.
  expect(server.nowMs()).toBeGreaterThan(time.ms + AHEAD_MS - 200);
});

test('a clock that was set back is followed', () => {
  const time = { ms: 1_000 };
  const server = new ServerClock(clockAt(time));
  server.heard(500_000, 501_000, 1_000);
  server.heard(100_000, 101_000, 1_000);
  expect(server.nowMs()).toBe(100_000);
});
