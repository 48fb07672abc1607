import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { postgres } from '../../src/adapters/postgres/index.js';
import { operatorOf } from '../../src/app/index.js';
import {
  type AppOptions,
  defineTask,
  type FlowEvent,
  file,
  flowproof,
  linear,
  memory,
  type Persistence,
  sleep,
  times,
  waitFor,
} from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';
import { describePostgres } from '../support/postgres.js';

const HOUR_MS = 3_600_000;
const log: string[] = [];
const check = defineTask({
  name: 'check',
  execute: async () => void log.push('check'),
  revert: async () => void log.push('uncheck'),
});
const pay = defineTask({
  name: 'pay',
  requires: ['approval'],
  execute: async ({ approval }: { approval: string }) => void log.push(`pay ${approval}`),
});
const refund = linear('refund').add(check).add(waitFor('approval', z.string())).add(pay).build();
const late = linear('late').add(check).add(sleep(HOUR_MS)).build();
const flows = [refund, late] as const;

let stores = 0;
const appOf = (persistence: Persistence, more: Partial<AppOptions<[], {}>> = {}) => flowproof({ persistence, flows, ...more });
type TestApp = ReturnType<typeof appOf>;

/** Nobody has it, and it goes on by itself. */
async function asleep(app: Pick<TestApp, 'runs'>, id: string): Promise<number | undefined> {
  const found = await vi.waitFor(async () => {
    const { runs } = await app.runs({ states: ['RUNNING'] });
    const run = runs.find((one) => one.id === id);
    expect(run).toMatchObject({ asleep: {} });
    expect(run?.owner).toBeUndefined();
    return run;
  });
  return found?.asleep?.untilMs;
}

function onEveryStore(name: string, prove: (store: Persistence) => Promise<void>): void {
  test(`${name}: memory`, () => prove(memory()));
  test(`${name}: files`, () => prove(file(mkdtempSync(join(tmpdir(), 'flowproof-asleep-')))));
  describePostgres('PostgreSQL', (database) => {
    test(name, () => prove(postgres(database().url, { schema: `asleep_${stores++}` })));
  });
}

describe('a run in which nothing happens for long', () => {
  onEveryStore('is let go of, and goes on with a signal', async (store) => {
    log.length = 0;
    await using app = appOf(store);
    const run = await app.start(refund, { id: 'r' });
    expect(await asleep(app, 'r')).toBeUndefined();
    await run.signal('approval', 'well');
    expect(await run.result()).toMatchObject({ state: 'SUCCESS', results: { approval: 'well' } });
    expect(log).toEqual(['check', 'pay well']);
  });

  onEveryStore('is undone when it is cancelled, rests when it is suspended, and is awaited by whoever starts it again', async (store) => {
    log.length = 0;
    await using app = appOf(store);
    await app.start(refund, { id: 'c' });
    await asleep(app, 'c');
    const again = app.run(refund, { id: 'c' });
    expect((await (await app.cancel('c')).result()).state).toBe('CANCELLED');
    expect((await again).state).toBe('CANCELLED');
    expect(log).toEqual(['check', 'uncheck']);
    const run = await app.start(refund, { id: 's' });
    await asleep(app, 's');
    await app.suspend('s');
    expect((await run.result()).state).toBe('SUSPENDED');
    const resumed = app.resume(refund, 's');
    await asleep(app, 's');
    await app.signal(refund, 's', 'approval', 'late');
    expect((await resumed).state).toBe('SUCCESS');
  });

  onEveryStore('hears the suspension that a listener asks for when it is let go of', async (store) => {
    await using app = appOf(store);
    let asked: Promise<void> | undefined;
    app.on((event) => {
      if (event.type === 'wait' && event.state === 'WAITING') asked ??= app.suspend('r');
    });
    const run = await app.start(refund, { id: 'r' });
    expect((await run.result()).state).toBe('SUSPENDED');
    await asked;
  });

  test('goes on when its time has come, by the clock of its app, also between two attempts', async () => {
    const clock = new VirtualClock(1_000);
    const events: FlowEvent[] = [];
    let calls = 0;
    const failing = defineTask({
      name: 'failing',
      execute: async () => {
        if (++calls < 3) throw new Error('not yet');
      },
    });
    const paused = linear('paused')
      .retry(times(9, { backoff: { delayMs: HOUR_MS } }))
      .add(failing)
      .build();
    await using app = flowproof({ persistence: memory({ clock }), flows: [late, paused], clock, onEvent: (event) => events.push(event) });
    const run = await app.start(late, { id: 'l' });
    const retried = await app.start(paused, { id: 'p' });
    for (let hour = 1; hour <= 2; hour++) {
      await vi.waitFor(async () => {
        const { runs } = await app.runs({ states: ['RUNNING'] });
        expect(runs.map(({ id, asleep: rest }) => [id, (rest?.untilMs ?? 0) > clock.nowMs()])).toEqual(runs.map(({ id }) => [id, true]));
        expect(runs).toHaveLength(3 - hour);
      });
      clock.advance(HOUR_MS);
    }
    expect((await run.result()).state).toBe('SUCCESS');
    expect((await retried.result()).state).toBe('SUCCESS');
    expect(calls).toBe(3);
    // Nobody died.
    expect(events.filter(({ type }) => type === 'recovery')).toEqual([]);
  });

  test('stays with an app that takes nothing up, and with who takes it step by step', async () => {
    const persistence = memory();
    await using app = appOf(persistence, { recover: false });
    const run = await app.start(refund, { id: 'r' });
    await vi.waitFor(async () => expect((await app.inspect('r')).waiting?.name).toBe('approval'));
    expect((await app.runs()).runs[0]).not.toHaveProperty('asleep');
    await run.signal('approval', 'well');
    expect((await run.result()).state).toBe('SUCCESS');
    await using stepping = appOf(memory());
    const engine = stepping.engine(refund, { id: 'e' });
    for await (const { state } of engine.steps()) {
      expect(state).not.toBe('PENDING');
      if ((await stepping.inspect('e')).waiting !== undefined) break;
    }
    expect((await stepping.inspect('e')).state).toBe('SUSPENDED');
  });
});

describePostgres('a run that sleeps, in PostgreSQL', (database) => {
  const storeOf = (): (() => Persistence) => {
    const schema = `sleeps_${stores++}`;
    return () => postgres(database().url, { schema });
  };

  test('goes on in whatever process is there, and is awaited in any', async () => {
    log.length = 0;
    const store = storeOf();
    const first = appOf(store());
    await first.start(refund, { id: 'r' });
    await asleep(first, 'r');
    await first.stop();
    await using sender = appOf(store(), { recover: false });
    const result = sender.handle(refund, 'r').result();
    await sender.signal(refund, 'r', 'approval', 'well');
    await using other = appOf(store());
    await other.ready();
    expect(await result).toMatchObject({ state: 'SUCCESS', results: { approval: 'well' } });
    expect(log).toEqual(['check', 'pay well']);
  });

  test('hears what is asked of it where its flow is, though who asks does not know it; so does one that rests', async () => {
    let works = false;
    const charge = defineTask({
      name: 'charge',
      execute: async () => {
        if (!works) throw new Error('no money');
      },
    });
    const order = linear('order').add(check).add(charge).build();
    const store = storeOf();
    await using app = flowproof({ persistence: store(), flows: [refund, order], onFailure: 'stop' });
    await app.ready();
    await app.start(refund, { id: 'r' });
    await asleep(app, 'r');
    await using asking = flowproof({ persistence: store(), flows: [] });
    await asking.suspend('r');
    expect((await app.handle(refund, 'r').result()).state).toBe('SUSPENDED');
    await asking.cancel('r').catch((error: { code?: string }) => expect(error.code).toBe('INCOMPATIBLE_FLOW'));
    await vi.waitFor(async () => expect((await app.inspect('r')).state).toBe('CANCELLED'), { timeout: 40_000 });
    expect((await app.run(order, { id: 'o' })).state).toBe('FAILURE');
    works = true;
    const operator = operatorOf({ persistence: store(), storeTimeoutMs: 5_000 });
    await operator.open();
    await operator.ask('o', { kind: 'retryFailed' });
    await operator.close();
    await vi.waitFor(async () => expect((await app.inspect('o')).state).toBe('SUCCESS'), { timeout: 40_000 });
  });

  test('goes by the clock of the database, whatever that of its process says', async () => {
    const store = storeOf();
    const shifted = { nowMs: () => Date.now() + HOUR_MS, monotonicMs: () => performance.now(), after: (ms: number, call: () => void) => { const timer = setTimeout(call, Math.min(ms, 2 ** 31 - 1)); return () => clearTimeout(timer); } }; // biome-ignore format: one value
    await using app = appOf(store(), { clock: shifted });
    await app.start(late, { id: 'l' });
    const untilMs = Number(await asleep(app, 'l'));
    const [row] = (await database().admin.query('select extract(epoch from clock_timestamp()) * 1000 as now')).rows;
    expect(Math.abs(untilMs - Number(row?.now) - HOUR_MS)).toBeLessThan(60_000);
  });
});
