import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import {
  conductor,
  defineTask,
  file,
  flowproof,
  linear,
  memory,
  type Persistence,
  schedule,
  type TaskContext,
  waitFor,
} from '../../src/index.js';
import { type TestApp, testApp, VirtualClock } from '../../src/testing/index.js';
import { describePostgres } from '../support/postgres.js';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 4, 4, 12);
const called: string[] = [];
const open = defineTask({
  name: 'open',
  requires: ['desk'],
  execute: async (_: { desk: string }, { runId }: TaskContext) => void called.push(runId),
});
const desk = linear('desk', { concurrency: { limit: 1, key: 'desk' } })
  .input<{ desk: string }>()
  .add(open)
  .add(waitFor('close'))
  .build();
const flows = [desk];
const each = (name: string, overlap: 'skip' | 'allow' | 'replace', more: object = {}) =>
  schedule(name, { flow: desk, inputs: { desk: name }, everyMs: HOUR_MS, overlap, ...more });

afterEach(() => void called.splice(0));

type DeskApp = TestApp<readonly [typeof desk]>;
interface Waiting {
  inquire(): Promise<readonly { readonly id: string; readonly state: string }[]>;
}

/** Newest first. */
const of = (app: DeskApp, name: string): Waiting => ({
  inquire: async () => (await app.runs({ metadata: { schedule: name } })).runs.map(({ id, state }) => ({ id, state })),
});
const statesOf = async (app: DeskApp, name: string) => (await of(app, name).inquire()).map(({ state }) => state);

async function pass(app: DeskApp, hours = 1): Promise<void> {
  for (let hour = 0; hour < hours; hour++) {
    app.clock.advance(HOUR_MS);
    await app.drain();
  }
}

let stores = 0;
function onEveryStore(name: string, prove: (store: Persistence, clock: VirtualClock) => Promise<void>): void {
  const clock = () => new VirtualClock(START_MS);
  test(`${name}: memory`, () => prove(memory(), clock()));
  test(`${name}: files`, () => {
    const own = clock();
    return prove(file(mkdtempSync(join(tmpdir(), 'flowproof-schedules-')), { clock: own }), own);
  });
  describePostgres('PostgreSQL', (database) => {
    test(name, () => prove(postgres(database().url, { schema: `limited_schedules_${stores++}` }), clock()));
  });
}

function appOn(persistence: Persistence, schedules: readonly ReturnType<typeof each>[], clock: VirtualClock, recover = false): DeskApp {
  return testApp({ flows, schedules, persistence, clock, recover });
}

describe('a firing of a flow with limits', () => {
  onEveryStore('waits for the end of those before it, and begins in its turn', async (store, clock) => {
    await using app = appOn(store, [each('allow', 'allow')], clock);
    await app.ready();
    await pass(app, 3);
    expect(await statesOf(app, 'allow')).toEqual(['PENDING', 'PENDING', 'RUNNING']);
    const ids = (await of(app, 'allow').inquire()).map(({ id }) => id).reverse();
    for (const [index, id] of ids.entries()) {
      expect(called).toEqual(ids.slice(0, index + 1));
      await app.signal(desk, id, 'close');
      await app.drain();
    }
    expect(await statesOf(app, 'allow')).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
    expect(called).toEqual(ids);
  });

  onEveryStore('skip: one that waits has not ended either', async (store, clock) => {
    await using app = appOn(store, [each('skip', 'skip')], clock);
    const holder = await app.start(desk, { id: 'holder', inputs: { desk: 'skip' } });
    await app.drain();
    await app.ready();
    await pass(app, 3);
    expect(await statesOf(app, 'skip')).toEqual(['PENDING']);
    expect(called).toEqual(['holder']);
    await app.signal(desk, holder.id, 'close');
    await app.drain();
    expect(await statesOf(app, 'skip')).toEqual(['RUNNING']);
    const [run] = await of(app, 'skip').inquire();
    await app.signal(desk, run?.id ?? '', 'close');
    await app.drain();
    await pass(app);
    expect(await statesOf(app, 'skip')).toEqual(['RUNNING', 'SUCCESS']);
  });

  onEveryStore('replace: those that wait end without a turn, and have called nothing', async (store, clock) => {
    await using app = appOn(store, [each('replace', 'replace')], clock);
    const holder = await app.start(desk, { id: 'holder', inputs: { desk: 'replace' } });
    await app.drain();
    await app.ready();
    await pass(app, 3);
    await vi.waitFor(async () => expect(await statesOf(app, 'replace')).toEqual(['PENDING', 'CANCELLED', 'CANCELLED']), 20_000);
    expect(called).toEqual(['holder']);
    await app.signal(desk, holder.id, 'close');
    await app.drain();
    expect(await statesOf(app, 'replace')).toEqual(['RUNNING', 'CANCELLED', 'CANCELLED']);
    // One that is under way makes room as it ends.
    await pass(app);
    await vi.waitFor(async () => {
      app.clock.advance(2_000);
      await app.drain();
      expect(await statesOf(app, 'replace')).toEqual(['RUNNING', 'CANCELLED', 'CANCELLED', 'CANCELLED']);
    }, 20_000);
    expect(called).toHaveLength(3);
  });

  onEveryStore('goes on waiting when its app is gone, and an app that declares the schedule begins it', async (store, clock) => {
    const first = appOn(store, [each('left', 'skip')], clock);
    await first.start(desk, { id: 'holder', inputs: { desk: 'left' } });
    await first.drain();
    await first.ready();
    await pass(first);
    expect(await statesOf(first, 'left')).toEqual(['PENDING']);
    await first.stop();
    await using second = appOn(store, [each('left', 'skip')], clock, true);
    await second.signal(desk, 'holder', 'close');
    await second.ready();
    await vi.waitFor(async () => {
      clock.advance(2_000);
      await second.drain();
      expect(await statesOf(second, 'left')).toEqual(['RUNNING']);
    }, 20_000);
  });

  onEveryStore('that an operator asks for waits, too, and its handle says how it ends', async (store, clock) => {
    await using app = appOn(store, [each('now', 'skip')], clock);
    await app.start(desk, { id: 'holder', inputs: { desk: 'now' } });
    await app.drain();
    const handle = await app.schedules.run('now');
    await app.drain();
    expect(await statesOf(app, 'now')).toEqual(['PENDING']);
    for (const id of ['holder', handle.id]) {
      await app.signal(desk, id, 'close');
      await app.drain();
    }
    expect(await handle.result()).toMatchObject({ state: 'SUCCESS' });
  });
});

test('an app that takes up nothing of others begins what it has fired itself, and a conductor what others have', async () => {
  const closed = linear('closed', { concurrency: 1 }).input<{ desk: string }>().add(open).build();
  const often = schedule('often', { flow: closed, inputs: { desk: 'a' }, everyMs: 1_000, overlap: 'allow' });
  const store = memory();
  await using alone = flowproof({ flows: [closed], schedules: [often], persistence: store, recover: false });
  const succeeded = async () => (await alone.runs({ states: ['SUCCESS'] })).runs.length;
  await alone.ready();
  await vi.waitFor(async () => expect(await succeeded()).toBeGreaterThan(1), { timeout: 20_000 });
  await using worker = conductor(alone, { concurrency: 1 });
  const before = await succeeded();
  await vi.waitFor(async () => expect(await succeeded()).toBeGreaterThan(before + 1), { timeout: 20_000 });
  expect(worker).toBeDefined();
  expect([...new Set(called)]).toEqual(called);
});
