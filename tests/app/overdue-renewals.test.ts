import { expect, test } from 'vitest';
import { Ticker } from '../../src/app/driving/ticker.js';
import { systemClock } from '../../src/model/clock.js';
import type { Journal, TickResult } from '../../src/persistence/index.js';
import { Gate } from './gate.js';

const LEASE_MS = 30_000;
const INTERVAL_MS = 1_000;

/** A ticker that beats only when it is used, by a clock that the test moves, and whose second beat waits at the gate. */
function ticking() {
  const gate = new Gate();
  let nowMs = 0;
  let beats = 0;
  const tick = async (): Promise<TickResult> => {
    if (++beats === 2) await gate.pass();
    return { messages: [], watched: [] };
  };
  const ticker = new Ticker({
    journal: { capabilities: { multiProcess: true }, tick } as unknown as Journal,
    clock: { ...systemClock, monotonicMs: () => nowMs, after: () => () => undefined },
    ...{ owner: 'me', leaseMs: LEASE_MS, storeTimeoutMs: 60_000 },
    onMessage: () => undefined,
    taker: () => ({ params: () => undefined, heard: () => undefined, missed: () => undefined }),
  });
  return {
    ...{ ticker, gate },
    at: (ms: number): void => {
      nowMs = ms;
    },
    beats: () => beats,
  };
}

test('a renewal that is due begins, and holds nobody up while the last one still counts', async () => {
  const { ticker, gate, at, beats } = ticking();
  (await ticker.use())();
  at(1.2 * INTERVAL_MS);
  (await ticker.use())();
  await gate.reached;
  expect(beats()).toBe(2);
  gate.open();
  await ticker.stop();
});

test('one that is overdue, so that others may soon take this process for dead, is waited for', async () => {
  const { ticker, gate, at } = ticking();
  (await ticker.use())();
  at(1.3 * INTERVAL_MS);
  let isUsed = false;
  const used = ticker.use().then((done) => {
    isUsed = true;
    done();
  });
  await gate.reached;
  await new Promise((resolve) => setImmediate(resolve));
  expect(isUsed).toBe(false);
  gate.open();
  await used;
  await ticker.stop();
});
