import { expect, test } from 'vitest';
import { ActiveRuns } from '../../src/app/driving/active-runs.js';
import type { Driver } from '../../src/app/driving/driver.js';
import { Recovery, type RecoveryParts } from '../../src/app/driving/recovery.js';
import { Ticker } from '../../src/app/driving/ticker.js';
import type { Clock } from '../../src/model/clock.js';
import type { Journal, RunSummary, TakeResult, TickParams } from '../../src/persistence/index.js';

const NOTHING: TakeResult = { taken: [], owned: [], poisoned: [], more: false, posted: false };
const run = (n: number): RunSummary => ({
  ...{ runId: `run-${n}`, key: `run-${n}`, flow: 'naps', version: 1, fingerprint: 'f', inputsHash: 'h', state: 'RUNNING' },
  ...{ createdAtMs: 0, wakeAtMs: 0 },
});

test('an app looks for more runs when half of those that it opens are open, and not only when all are', async () => {
  const open: (() => void)[] = [];
  const driver: Pick<Driver, 'takeOver'> = {
    takeOver: () => new Promise((resolve) => open.push(() => resolve({ result: new Promise(() => undefined) }))),
  };
  let hurried = 0;
  const recovery = new Recovery({
    clock: { monotonicMs: () => 0, nowMs: () => 0 },
    journal: {},
    owner: 'me',
    leaseMs: 3_000,
    asleepOnly: false,
    maxActive: 1_000,
    flows: { names: ['naps'], check: () => undefined },
    active: new ActiveRuns(),
    driver,
    emit: () => undefined,
    hurry: () => void hurried++,
    hints: () => ({ listen: () => undefined, released: () => undefined }),
  } as unknown as RecoveryParts);
  recovery.begin();
  const params = recovery.params();
  if (params === undefined) throw new Error('it takes nothing');
  expect(params.limit).toBe(100);
  recovery.heard({ ...NOTHING, taken: Array.from({ length: 100 }, (_, n) => run(n)), more: true }, params);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await turn();
  for (const one of open.splice(0, 49)) one();
  await turn();
  expect([hurried, recovery.params()?.limit]).toEqual([0, 49]);
  open.shift()?.();
  await turn();
  expect([hurried, recovery.params()?.limit]).toEqual([1, 50]);
});

/** How long a ticker waits after each beat, and when it promised to come, where the store answers so. */
async function waits(answers: readonly Partial<TakeResult>[]): Promise<readonly (readonly [promisedMs: number, waitedMs: number])[]> {
  const seen: [number, number][] = [];
  const timers: (() => void)[] = [];
  let promisedMs = 0;
  const clock = {
    monotonicMs: () => 0,
    after: (waitMs: number, beat: () => void) => {
      seen.push([promisedMs, waitMs]);
      timers.push(beat);
      return () => undefined;
    },
  } as unknown as Clock;
  const left = [...answers];
  const tick = async ({ nextMs }: TickParams) => {
    promisedMs = nextMs ?? 0;
    return { messages: [], watched: [], take: { ...NOTHING, ...left.shift() } };
  };
  const journal = { capabilities: { multiProcess: true }, tick } as unknown as Journal;
  const taker = { params: () => ({}) as never, heard: () => undefined, missed: () => undefined };
  const ticker = new Ticker({
    ...{ journal, clock, owner: 'me', leaseMs: 10_000, storeTimeoutMs: 1_000 },
    ...{ onMessage: () => undefined, taker: () => taker },
  });
  await ticker.use();
  for (let beat = 1; beat < answers.length; beat++) await ticker.beat();
  await ticker.stop();
  return seen.slice(0, answers.length);
}

test('a beat that brought runs is followed by one in half the time, and none comes later than was promised', async () => {
  expect(await waits([{}, { taken: [run(1)] }, { taken: [run(2)] }, {}, {}])).toEqual([
    [1_000, 1_000],
    [1_000, 500],
    [500, 500],
    [500, 500],
    [1_000, 1_000],
  ]);
});

test('a beat comes when it is seen whether a silent process is dead, and others at their time', async () => {
  expect(await waits([{ againMs: 300 }, {}, { againMs: 4_000 }])).toEqual([
    [1_000, 300],
    [1_000, 1_000],
    [1_000, 1_000],
  ]);
});
