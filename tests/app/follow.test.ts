import { rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import {
  defineTask,
  type FlowEvent,
  file,
  flowproof,
  linear,
  memory,
  type Persistence,
  type TaskContext,
  times,
  waitFor,
} from '../../src/index.js';
import { temporaryDirectory } from '../persistence/file-rig.js';
import { describePostgres } from '../support/postgres.js';
import { Gate } from './gate.js';

interface Services {
  readonly failures: { left: number };
}
const reserve = defineTask({ name: 'reserve', provides: ['seat'], execute: async () => ({ seat: 7 }), revert: async () => undefined });
const charge = defineTask({
  name: 'charge',
  requires: ['seat'],
  execute: async (_: { seat: number }, ctx: TaskContext<Services>) => {
    ctx.progress(0.5, { cents: 50 });
    if (ctx.services.failures.left-- > 0) throw new Error('declined');
  },
});
const booking = linear('booking')
  .add(linear('trip').retry(times(100)).add(reserve).add(charge).build())
  .add(waitFor('boarded'))
  .build();

function appOf(persistence: Persistence, failures = 1, more: object = {}) {
  return flowproof({ persistence, flows: [booking], services: { failures: { left: failures } }, ...more });
}

async function all(events: AsyncIterable<FlowEvent>): Promise<FlowEvent[]> {
  const heard: FlowEvent[] = [];
  for await (const event of events) heard.push(event);
  return heard;
}

/** Without when it was said: a listener hears it a moment after it was written. */
const timeless = (events: readonly FlowEvent[]): unknown[] => events.map(({ atMs, ...event }) => event);

async function runToEnd(app: ReturnType<typeof appOf>, id: string): Promise<void> {
  const handle = await app.start(booking, { id });
  await handle.signal('boarded');
  await handle.result();
}

/** Of what is stored: listeners hear of progress at once, and a store has it with the step after it. */
const ofSteps = (events: readonly FlowEvent[]): FlowEvent[] => events.filter(({ type }) => type !== 'progress');
const sorted = (events: readonly unknown[]): unknown => events.map((event) => JSON.stringify(event)).sort();

const followingCases = (make: () => Promise<{ persistence: Persistence; end(): Promise<unknown> }>): void => {
  test('a run that has ended says all that listeners heard of its steps, by step, and again what came after one', async () => {
    const { persistence, end } = await make();
    const heard: FlowEvent[] = [];
    await using app = appOf(persistence, 2);
    app.on((event) => heard.push(event));
    await runToEnd(app, 'b-1');
    const followed = await all(app.follow('b-1'));
    expect(sorted(timeless(ofSteps(followed)))).toEqual(sorted(timeless(ofSteps(heard))));
    expect(followed.filter(({ type }) => type === 'progress').map(({ seq: _, atMs: __, ...event }) => event)).toEqual(
      timeless(heard.filter(({ type }) => type === 'progress')),
    );
    const middle = followed[Math.floor(followed.length / 2)]?.seq ?? 0;
    expect(await all(app.handle(booking, 'b-1').follow({ after: middle }))).toEqual(followed.filter(({ seq }) => (seq ?? 0) > middle));
    expect(await all(app.follow('b-1', { after: 10_000 }))).toEqual([]);
    await app.stop();
    await end();
  });

  test('a run that goes on is said as it goes, once and without a hole, also behind snapshots', async () => {
    const { persistence, end } = await make();
    await using app = appOf(persistence, 30, { snapshotAfter: 20 });
    const handle = await app.start(booking, { id: 'b-1' });
    const following = all(handle.follow());
    await handle.signal('boarded');
    expect((await handle.result()).state).toBe('SUCCESS');
    const followed = await following;
    const after = await all(app.follow('b-1'));
    expect(timeless(followed)).toEqual(timeless(after));
    expect(followed.filter((event) => event.type === 'task' && event.path.endsWith('/reserve') && event.state === 'SUCCESS')).toHaveLength(
      31,
    );
    const state = new Map<string, unknown>();
    for (const event of followed) {
      if (!('oldState' in event) || event.type === 'run') continue;
      expect(event.oldState).toBe(state.get(event.path) ?? 'PENDING');
      state.set(event.path, event.state);
    }
    await app.stop();
    await end();
  });
};

describe('in memory', () => followingCases(async () => ({ persistence: memory(), end: async () => undefined })));
describe('in files', () =>
  followingCases(async () => {
    const directory = await temporaryDirectory();
    return { persistence: file(directory), end: () => rm(directory, { recursive: true, force: true }) };
  }));
describePostgres('in PostgreSQL', (database) => {
  let schemas = 0;
  followingCases(async () => ({ persistence: postgres(database().url, { schema: `follow_${schemas++}` }), end: async () => undefined }));

  test('another process hears of it, with the epoch of whoever has it', async () => {
    const persistence = postgres(database().url, { schema: 'follow_elsewhere' });
    await using one = appOf(persistence, 0, { recover: false });
    await using other = appOf(persistence, 0, { recover: false });
    const handle = await one.start(booking, { id: 'b-1' });
    const heard: FlowEvent[] = [];
    const waits = new Gate();
    const following = (async () => {
      for await (const event of other.follow('b-1')) {
        heard.push(event);
        if (event.type === 'wait' && event.state === 'WAITING') waits.open();
      }
    })();
    await waits.opened;
    await handle.suspend();
    await handle.result();
    await other.signal(booking, 'b-1', 'boarded');
    await other.resume('b-1');
    await following;
    expect(heard.at(-1)).toMatchObject({ type: 'run', state: 'SUCCESS', epoch: 1 });
    expect(heard.filter(({ type }) => type === 'run')).toMatchObject([
      { state: 'RUNNING', epoch: 0, resumed: false },
      { state: 'SUSPENDED', epoch: 0 },
      { state: 'RUNNING', oldState: 'SUSPENDED', epoch: 1, resumed: true },
      { state: 'SUCCESS', epoch: 1 },
    ]);
    expect(heard).toContainEqual(expect.objectContaining({ type: 'signal', name: 'boarded', heard: true, path: 'booking/boarded' }));
  });
});

test('of a journal whose beginning is gone the first events say what had become of each', async () => {
  const persistence = memory();
  const shortened: Persistence = {
    kind: 'memory',
    connect() {
      const journal = persistence.connect();
      const load = journal.load.bind(journal);
      // As a directory does whose files were written anew: what is before a snapshot is not there.
      journal.load = async (runId, { whole: _, ...options } = {}) => load(runId, options);
      return journal;
    },
  };
  await using app = appOf(shortened, 30, { snapshotAfter: 20 });
  await runToEnd(app, 'b-1');
  const followed = await all(app.follow('b-1'));
  const [first] = followed;
  expect(first).toMatchObject({ type: 'run', state: 'RUNNING', oldState: 'PENDING' });
  expect(first?.seq).toBeGreaterThan(15);
  const state = new Map<string, unknown>();
  for (const event of followed) {
    if (!('oldState' in event) || event.type === 'run') continue;
    expect(event.oldState).toBe(state.get(event.path) ?? 'PENDING');
    state.set(event.path, event.state);
  }
  expect(Object.fromEntries(state)).toEqual(await statesOf(app));
});

async function statesOf(app: ReturnType<typeof appOf>): Promise<object> {
  return Object.fromEntries((await app.inspect('b-1')).atoms.map(({ path, state }) => [path, state]));
}

test('a call that was written and not made is said, and taken back', async () => {
  await using app = appOf(memory(), 0);
  const off = app.on({ path: 'booking/trip/reserve', states: ['SUCCESS'] }, () => {
    void app.suspend('b-1');
  });
  const handle = await app.start(booking, { id: 'b-1' });
  expect((await handle.result()).state).toBe('SUSPENDED');
  off();
  const controller = new AbortController();
  const said: unknown[] = [];
  for await (const event of app.follow('b-1', { signal: controller.signal })) {
    if (event.type === 'task' && event.path.endsWith('/charge')) said.push([event.oldState, event.state]);
    if (event.type === 'run' && event.state === 'SUSPENDED') controller.abort();
  }
  expect(said).toEqual([
    ['PENDING', 'RUNNING'],
    ['RUNNING', 'PENDING'],
  ]);
});
