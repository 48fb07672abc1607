import { expect } from 'vitest';
import type {
  CreateRunResult,
  DeclaredSchedule,
  Firing,
  Journal,
  ScheduleStore,
  StoredSchedule,
  TakeParams,
} from '../../../src/persistence/index.js';
import type { JournalCase } from './rig.js';
import { appendOne, begun, load, type SampleRun, sampleRun } from './samples.js';

const HOUR_MS = 3_600_000;
const at = (hours: number): number => Date.UTC(2026, 0, 1) + hours * HOUR_MS;
const declared = (more: Partial<DeclaredSchedule> = {}): DeclaredSchedule => ({
  ...{ name: 'nightly', flow: 'provision', version: 1, spec: { cron: '0 3 * * *' }, specHash: 'hash-1', nextAtMs: at(3) },
  ...more,
});

function schedulesOf(journal: Journal): ScheduleStore {
  if (journal.schedules === undefined) throw new Error('this journal keeps no schedules');
  return journal.schedules;
}

async function stored(journal: Journal, name = 'nightly'): Promise<StoredSchedule> {
  const [found] = (await schedulesOf(journal).list([name])).schedules;
  if (found === undefined) throw new Error(`there is no schedule '${name}'`);
  return found;
}

const firing = (more: Partial<Firing> = {}): Firing => ({
  ...{ name: 'nightly', revision: 1, atMs: at(3), nextAtMs: at(27), overlap: 'skip' },
  ...more,
});

async function fire(journal: Journal, more: Partial<Firing> = {}): Promise<{ readonly run: SampleRun; readonly result: CreateRunResult }> {
  const run = sampleRun({ firing: firing(more) });
  return { run, result: await journal.createRun(run.create) };
}

const end = (journal: Journal, run: SampleRun) => appendOne(journal, run.item(1, { summary: { state: 'SUCCESS', owner: null } }));
const kindOf = (result: CreateRunResult): string => (result.kind === 'unfired' ? `unfired: ${result.why}` : result.kind);

const taking = (thorough: boolean): TakeParams => ({
  ...{
    flows: ['provision'],
    limit: 10,
    format: 1,
    except: [],
    aheadMs: 0,
    nowMs: at(0),
    asleepOnly: false,
    posted: ['provision'],
    thorough,
  },
});

async function due(journal: Journal, nowMs: number, specHash = 'hash-1', take?: TakeParams) {
  const { due } = await journal.tick({
    ...{ owner: sampleRun().writer, leaseMs: 60_000, watch: [], ...(take === undefined ? {} : { take }) },
    due: { declared: [{ name: 'nightly', specHash }], nowMs },
  });
  return { names: due?.schedules.map(({ name }) => name), nextAtMs: due?.nextAtMs, nowMs: due?.nowMs };
}

export const scheduleCases: readonly JournalCase[] = [
  {
    name: 'a schedule is as it was declared, and a higher version alone replaces it',
    async run({ journal, reopen }) {
      const schedules = schedulesOf(journal);
      await schedules.declare([declared(), declared({ name: 'a-second', specHash: 'other' })]);
      await schedules.declare([declared({ specHash: 'hash-2', nextAtMs: at(4) })]);
      expect(await stored(journal)).toEqual({ ...declared(), paused: false, running: [], revision: 1 });
      const { nextAtMs: _, ...never } = declared({ version: 2, specHash: 'hash-2', spec: { everyMs: 1_000 } });
      await schedules.declare([never]);
      await schedules.declare([declared({ version: 1, specHash: 'hash-3' })]);
      const later = await reopen();
      const { schedules: all, nowMs } = await schedulesOf(later).list();
      if (all.length === 0) return;
      expect(all.map(({ name }) => name)).toEqual(['a-second', 'nightly']);
      expect(all[1]).toEqual({ ...never, paused: false, running: [], revision: 2 });
      expect(nowMs).toBeGreaterThan(0);
    },
  },
  {
    name: 'a tick, also one that takes runs, brings what is due of what is declared as it is stored, and when the next one is',
    async run({ journal }) {
      await schedulesOf(journal).declare([declared()]);
      expect(await due(journal, at(2))).toEqual({ names: [], nextAtMs: at(3), nowMs: at(2) });
      expect(await due(journal, at(3))).toEqual({ names: ['nightly'], nextAtMs: undefined, nowMs: at(3) });
      for (const thorough of [false, true])
        expect(await due(journal, at(3), 'hash-1', taking(thorough))).toEqual({ names: ['nightly'], nextAtMs: undefined, nowMs: at(3) });
      expect(await due(journal, at(3), 'hash-2')).toMatchObject({ names: [], nextAtMs: undefined });
      await schedulesOf(journal).change('nightly', 1, { paused: true });
      expect(await due(journal, at(3))).toMatchObject({ names: [], nextAtMs: undefined });
      const { due: own } = await journal.tick({
        ...{ owner: sampleRun().writer, leaseMs: 60_000, watch: [] },
        due: { declared: [{ name: 'nightly', specHash: 'hash-1' }] },
      });
      expect(own?.nowMs).toBeGreaterThan(0);
      expect((await journal.tick({ owner: sampleRun().writer, leaseMs: 60_000, watch: [] })).due).toBeUndefined();
    },
  },
  {
    name: 'a firing creates its run and moves the schedule, once, whoever else fires it',
    async run({ journal, second, reopen }) {
      await schedulesOf(journal).declare([declared()]);
      const other = await second();
      const all = await Promise.all([fire(journal), fire(other), fire(journal), fire(other)]);
      expect(all.map(({ result }) => kindOf(result)).sort()).toEqual(['created', 'unfired: stale', 'unfired: stale', 'unfired: stale']);
      const run = all.find(({ result }) => result.kind === 'created')?.run as SampleRun;
      const after = { ...declared({ nextAtMs: at(27) }), lastAtMs: at(3), lastKey: run.create.key, running: [run.runId], revision: 2 };
      for (const connect of [async () => journal, reopen]) {
        const one = await connect();
        if ((await schedulesOf(one).list()).schedules.length === 0) return;
        expect(await stored(one)).toEqual({ ...after, paused: false });
        expect((await one.runs({})).runs.map(({ runId }) => runId)).toEqual([run.runId]);
      }
    },
  },
  {
    name: 'a firing whose answer was lost is known by its run',
    async run({ journal }) {
      await schedulesOf(journal).declare([declared()]);
      const { run } = await fire(journal);
      const again = await journal.createRun(run.create);
      expect(again).toMatchObject({ kind: 'exists', run: { runId: run.runId } });
      expect((await stored(journal)).revision).toBe(2);
    },
  },
  {
    name: 'a firing for which there is a run of its id moves the schedule alone',
    async run({ journal, reopen }) {
      await schedulesOf(journal).declare([declared()]);
      const there = await begun(journal, 0, { key: 'cron:nightly' });
      const run = sampleRun({ key: 'cron:nightly', firing: firing() });
      expect(await journal.createRun(run.create)).toMatchObject({ kind: 'exists', run: { runId: there.runId } });
      const later = await reopen();
      if ((await schedulesOf(later).list()).schedules.length === 0) return;
      expect(await stored(later)).toEqual({ ...declared({ nextAtMs: at(27) }), paused: false, running: [], revision: 2 });
    },
  },
  {
    name: 'a firing of a flow with limits leaves a run that is claimed when there is room, and moves the schedule',
    async run({ journal }) {
      await schedulesOf(journal).declare([declared()]);
      const posted = (more: Partial<Firing>) =>
        sampleRun({ firing: firing(more), state: 'PENDING', owner: null, delayMs: 0, limitKey: 'a' });
      const first = posted({ overlap: 'allow' });
      const second = posted({ overlap: 'allow', revision: 2, atMs: at(27), nextAtMs: at(51) });
      for (const { create } of [first, second]) expect(await journal.createRun(create)).toEqual({ kind: 'created' });
      const third = posted({ revision: 3, atMs: at(51), nextAtMs: at(75) });
      expect(kindOf(await journal.createRun(third.create))).toBe('unfired: overlap');
      expect(await stored(journal)).toMatchObject({
        nextAtMs: at(75),
        lastKey: second.create.key,
        running: [first.runId, second.runId].sort(),
      });
      const claim = { owner: sampleRun().writer, flows: ['provision'], limit: 10, format: 1, maxLosses: 5, thorough: false };
      const { claimed } = await journal.claim({ ...claim, limits: { provision: { concurrency: 1 } } });
      expect(claimed.map(({ runId }) => runId)).toEqual([first.runId]);
      expect((await journal.claim({ ...claim, limits: { provision: { concurrency: 1 } } })).claimed).toEqual([]);
    },
  },
  {
    name: 'skip: while a run of it has not ended the schedule moves on, and no run begins',
    async run({ journal, reopen }) {
      await schedulesOf(journal).declare([declared()]);
      const { run } = await fire(journal);
      const skipped = await fire(journal, { revision: 2, atMs: at(27), nextAtMs: at(51) });
      expect(kindOf(skipped.result)).toBe('unfired: overlap');
      const later = await reopen();
      if ((await schedulesOf(later).list()).schedules.length === 0) return;
      expect(await stored(later)).toMatchObject({ nextAtMs: at(51), lastAtMs: at(3), running: [run.runId], revision: 3 });
      await end(later, run);
      const third = await fire(later, { revision: 3, atMs: at(51), nextAtMs: null });
      expect(kindOf(third.result)).toBe('created');
      const last = await stored(later);
      expect(last).toMatchObject({ lastAtMs: at(51), running: [third.run.runId], revision: 4 });
      expect(last).not.toHaveProperty('nextAtMs');
    },
  },
  {
    name: 'replace: what has not ended is asked to cancel, with the run that begins; allow: it is left',
    async run({ journal, reopen }) {
      await schedulesOf(journal).declare([declared()]);
      const [one, two] = [await fire(journal, { overlap: 'allow' }), await fire(journal, { revision: 2, atMs: at(27), overlap: 'allow' })];
      await end(journal, one.run);
      expect((await load(journal, two.run.runId)).inbox).toEqual([]);
      const three = await fire(journal, { revision: 3, atMs: at(51), nextAtMs: at(75), overlap: 'replace' });
      expect(kindOf(three.result)).toBe('created');
      const later = await reopen();
      if ((await schedulesOf(later).list()).schedules.length === 0) return;
      const message = { id: three.run.create.key, runId: two.run.runId, kind: 'cancel' };
      expect((await load(later, two.run.runId)).inbox).toEqual([message]);
      expect((await stored(later)).running).toEqual([two.run.runId, three.run.runId]);
      // It rests, and is due: whoever looks takes it.
      await appendOne(later, two.run.item(1, { summary: { owner: null, wakeAtMs: 'never' } }));
      expect((await later.find({ runId: two.run.runId }))?.wakeAtMs).not.toBe('never');
    },
  },
  {
    name: 'a paused schedule fires by hand alone; what was changed since it was read is not',
    async run({ journal }) {
      const schedules = schedulesOf(journal);
      await schedules.declare([declared()]);
      expect(await schedules.change('nightly', 1, { paused: true })).toBe(true);
      expect(await schedules.change('nightly', 1, { paused: false })).toBe(false);
      expect(await schedules.change('nobody', 1, { paused: false })).toBe(false);
      expect(kindOf((await fire(journal, { revision: 2 })).result)).toBe('unfired: stale');
      const { nextAtMs: _, ...byHand } = firing({ revision: 2, atMs: at(1), overlap: 'allow' });
      const run = sampleRun({ firing: byHand });
      expect(kindOf(await journal.createRun(run.create))).toBe('created');
      expect(await stored(journal)).toMatchObject({ nextAtMs: at(3), lastAtMs: at(1), paused: true, revision: 3 });
      expect(await schedules.change('nightly', 3, { paused: false, nextAtMs: at(5) })).toBe(true);
      expect(await stored(journal)).toMatchObject({ nextAtMs: at(5), paused: false, revision: 4 });
    },
  },
  {
    name: 'a schedule that is removed is gone, and its runs stay',
    async run({ journal, reopen }) {
      await schedulesOf(journal).declare([declared()]);
      const { run } = await fire(journal);
      await schedulesOf(journal).remove('nightly');
      await schedulesOf(journal).remove('nobody');
      expect(kindOf((await fire(journal, { revision: 2 })).result)).toBe('unfired: stale');
      const later = await reopen();
      expect((await schedulesOf(later).list()).schedules).toEqual([]);
      if ((await later.find({ runId: run.runId })) !== undefined) expect((await later.runs({})).runs).toHaveLength(1);
    },
  },
];
