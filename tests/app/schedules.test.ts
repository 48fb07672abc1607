import { describe, expect, test } from 'vitest';
import { defineTask, type FlowEvent, linear, memory, schedule, sleep, type TaskContext, waitFor } from '../../src/index.js';
import { testApp, VirtualClock } from '../../src/testing/index.js';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 4, 4, 12);
const log: string[] = [];
const report = defineTask({
  name: 'report',
  requires: ['ring'],
  execute: async ({ ring }: { ring: number }, { runId }: TaskContext) => void log.push(`${ring} ${runId.slice(0, 12)}`),
});
const rollout = linear('rollout').input<{ ring: number }>().add(report).build();
const undo = defineTask({ name: 'hold', execute: async () => undefined, revert: async () => void log.push('undone') });
const held = linear('held').add(undo).add(waitFor('go')).build();
const asleep = linear('asleep')
  .add(sleep(30 * HOUR_MS))
  .build();
const flows = [rollout, held, asleep];

const nightly = schedule('nightly', {
  flow: rollout,
  inputs: { ring: 1 },
  cron: '0 3 * * *',
  timeZone: 'UTC',
  metadata: { team: 'ops' },
  logbook: 'nights',
});

const fired = (events: readonly FlowEvent[]) =>
  events.flatMap((event) => (event.type === 'schedule' ? [{ id: event.runId, fired: event.fired, reason: event.reason }] : []));

function appWith(schedules: readonly ReturnType<typeof schedule>[], more: object = {}) {
  return testApp({ flows, schedules, clock: new VirtualClock(START_MS), ...more });
}

describe('an app with a schedule', () => {
  test('begins a run when it is due, with its inputs, logbook and metadata, and says so', async () => {
    await using app = appWith([nightly]);
    await app.ready();
    expect(await app.schedules.list()).toEqual([
      {
        ...{ name: 'nightly', flow: 'rollout', version: 1, cron: '0 3 * * *', timeZone: 'UTC', catchUp: 'last', overlap: 'skip' },
        ...{ paused: false, declared: true, nextAtMs: Date.UTC(2026, 4, 5, 3) },
      },
    ]);
    app.clock.advance(15 * HOUR_MS - 1);
    await app.drain();
    expect((await app.runs()).runs).toEqual([]);
    app.clock.advance(1);
    await app.drain();
    const id = 'cron:nightly@2026-05-05T03:00:00.000Z';
    const { runs } = await app.runs();
    const metadata = { team: 'ops', schedule: 'nightly', scheduledAtMs: String(Date.UTC(2026, 4, 5, 3)) };
    expect(runs).toMatchObject([{ id, flow: 'rollout', state: 'SUCCESS', logbook: 'nights', metadata }]);
    expect(log.splice(0)).toEqual(['1 cron:nightly']);
    expect(fired(app.events)).toEqual([{ id, fired: true, reason: undefined }]);
    expect(await app.schedules.list()).toMatchObject([
      { nextAtMs: Date.UTC(2026, 4, 6, 3), lastAtMs: Date.UTC(2026, 4, 5, 3), lastRunId: id },
    ]);
  });

  test('fires each night that a test lets pass, and while it waits for a run that sleeps', async () => {
    await using app = appWith([nightly]);
    for (let night = 0; night < 3; night++) {
      await app.ready();
      app.clock.advance(24 * HOUR_MS);
      await app.drain();
    }
    expect(log.splice(0)).toHaveLength(3);
    await app.run(asleep);
    expect(log.splice(0).length).toBeGreaterThan(0);
  });

  test('skips what is due while a run of it has not ended, replaces it, or begins another one', async () => {
    const often = { flow: held, everyMs: HOUR_MS } as const;
    const skip = schedule('skip', often);
    const allow = schedule('allow', { ...often, overlap: 'allow' });
    const replace = schedule('replace', { ...often, overlap: 'replace' });
    await using app = appWith([skip, allow, replace]);
    await app.ready();
    for (let hour = 0; hour < 3; hour++) {
      app.clock.advance(HOUR_MS);
      await app.drain();
      app.clock.advance(2_000);
      await app.drain();
    }
    const states = async (name: string) => (await app.runs({ metadata: { schedule: name } })).runs.map(({ state }) => state);
    expect(await states('skip')).toEqual(['RUNNING']);
    expect(await states('allow')).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
    expect(await states('replace')).toEqual(['RUNNING', 'CANCELLED', 'CANCELLED']);
    expect(log.splice(0)).toEqual(['undone', 'undone']);
    expect(fired(app.events).filter(({ reason }) => reason === 'overlap')).toHaveLength(2);
  });

  test('catches up what was missed as it is told to', async () => {
    const store = memory();
    const clock = new VirtualClock(START_MS);
    const every = { flow: rollout, inputs: { ring: 1 }, everyMs: HOUR_MS } as const;
    const schedules = [
      schedule('none', { ...every, catchUp: 'none' }),
      schedule('last', every),
      schedule('all', { ...every, catchUp: 'all', overlap: 'allow' }),
    ];
    await using first = testApp({ flows, schedules, persistence: store, clock });
    await first.ready();
    await first.stop();
    clock.advance(5.5 * HOUR_MS);
    await using app = testApp({ flows, schedules, persistence: store, clock });
    await app.ready();
    await app.drain();
    const times = async (name: string) =>
      (await app.runs({ metadata: { schedule: name } })).runs.map(({ metadata }) => (Number(metadata?.scheduledAtMs) - START_MS) / HOUR_MS);
    expect([await times('none'), await times('last'), await times('all')]).toEqual([[], [5], [5, 4, 3, 2, 1]]);
    expect(fired(app.events).filter(({ reason }) => reason === 'missed')).toHaveLength(1);
    log.splice(0);
  });

  test('an operator runs it now, pauses it, lets it go on, and removes it', async () => {
    await using app = appWith([nightly]);
    const handle = await app.schedules.run('nightly');
    expect(handle.id).toBe(`cron:nightly@${new Date(START_MS).toISOString()}`);
    expect(await handle.result()).toMatchObject({ state: 'SUCCESS' });
    await app.schedules.pause('nightly');
    await app.schedules.pause('nightly');
    app.clock.advance(24 * HOUR_MS);
    await app.drain();
    expect(await app.schedules.list()).toMatchObject([{ paused: true }]);
    expect((await app.runs()).runs).toHaveLength(1);
    await app.schedules.resume('nightly');
    expect(await app.schedules.list()).toMatchObject([{ paused: false, nextAtMs: Date.UTC(2026, 4, 6, 3) }]);
    app.clock.advance(24 * HOUR_MS);
    await app.drain();
    expect((await app.runs()).runs).toHaveLength(2);
    await app.schedules.remove('nightly');
    expect(await app.schedules.list()).toEqual([]);
    for (const ask of ['run', 'pause', 'resume', 'remove'] as const)
      await expect(app.schedules[ask]('nightly')).rejects.toMatchObject({ code: 'SCHEDULE_NOT_FOUND' });
    await expect(app.schedules.run('nobody')).rejects.toThrow(/this app does not declare it/);
    log.splice(0);
  });
});

describe('two versions of an app on one store', () => {
  const at = (hour: number, version: number, more: object = {}) =>
    schedule('nightly', { flow: rollout, inputs: { ring: version }, cron: `0 ${hour} * * *`, version, ...more });

  test('the higher version counts, and the lower one fires it no more', async () => {
    const [store, clock] = [memory(), new VirtualClock(START_MS)];
    await using old = testApp({ flows, schedules: [at(3, 1)], persistence: store, clock });
    await old.ready();
    await using young = testApp({ flows, schedules: [at(4, 2)], persistence: store, clock });
    await young.ready();
    await using late = testApp({ flows, schedules: [at(3, 1)], persistence: store, clock });
    await late.ready();
    expect(await late.schedules.list()).toMatchObject([{ version: 2, cron: '0 4 * * *', declared: false }]);
    clock.advance(24 * HOUR_MS);
    for (const app of [old, young, late]) await app.drain();
    expect(log.splice(0)).toEqual(['2 cron:nightly']);
    expect(fired(old.events)).toEqual([]);
  });

  test('two contents of one version are a conflict, which names them; nothing is changed', async () => {
    const [store, clock] = [memory(), new VirtualClock(START_MS)];
    await using one = testApp({ flows, schedules: [at(3, 1)], persistence: store, clock });
    await one.ready();
    await using other = testApp({ flows, schedules: [at(4, 1)], persistence: store, clock });
    const conflict = { code: 'SCHEDULE_CONFLICT', message: expect.stringContaining('cron: "0 4 * * *" here, "0 3 * * *" there') };
    await expect(other.ready()).rejects.toMatchObject(conflict);
    await expect(other.run(rollout, { inputs: { ring: 9 } })).rejects.toMatchObject(conflict);
    await using inputs = testApp({
      flows,
      schedules: [schedule('nightly', { flow: rollout, inputs: { ring: 7 }, cron: '0 3 * * *' })],
      persistence: store,
      clock,
    });
    await expect(inputs.ready()).rejects.toThrow(/the inputs of its runs/);
    expect((await other.runs()).runs).toEqual([]);
  });

  test('what nobody declares any more is listed, and not fired', async () => {
    const [store, clock] = [memory(), new VirtualClock(START_MS)];
    await using one = testApp({ flows, schedules: [nightly], persistence: store, clock });
    await one.ready();
    await one.stop();
    await using other = testApp({ flows, persistence: store, clock });
    await other.ready();
    clock.advance(48 * HOUR_MS);
    await other.drain();
    expect(await other.schedules.list()).toMatchObject([{ name: 'nightly', declared: false }]);
    expect((await other.runs()).runs).toEqual([]);
    await other.schedules.remove('nightly');
    expect(await other.schedules.list()).toEqual([]);
  });
});

describe('an app is refused when', () => {
  test('a schedule is none, two have one name, or its flow is not the app’s', () => {
    expect(() => appWith([{ name: 'nightly' }])).toThrow(/make it with schedule/);
    expect(() => appWith([nightly, nightly])).toThrow(/two of this name/);
    expect(() => testApp({ flows: [held], schedules: [nightly] })).toThrow(/UNKNOWN_FLOW/);
  });

  test('the inputs are none that its runs could begin with, which no type has seen', async () => {
    const wrong = schedule('wrong', { flow: rollout, inputs: {} as { ring: number }, everyMs: HOUR_MS });
    await using app = appWith([wrong]);
    await expect(app.ready()).rejects.toThrow(/schedule 'wrong': its runs could not begin: .*ring/s);
  });
});
