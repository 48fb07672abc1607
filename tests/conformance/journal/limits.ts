import { expect } from 'vitest';
import type { FlowLimits } from '../../../src/model/limits/flow-limits.js';
import type { ClaimRunsParams, Journal, LimitStore, SlotRequest, SlotStore } from '../../../src/persistence/index.js';
import type { JournalCase } from './rig.js';
import { appendOne, type SampleRun, sampleRun } from './samples.js';

const NAME = 'flow:provision';
/** What the code says. */
const CODE: FlowLimits = { concurrency: 1 };

function limitsOf(journal: Journal): LimitStore {
  if (journal.limits === undefined) throw new Error('limits can not be changed in this journal');
  return journal.limits;
}

async function posted(journal: Journal): Promise<SampleRun> {
  const run = sampleRun({ state: 'PENDING', owner: null, wakeAtMs: 1, limitKey: '' });
  await journal.createRun(run.create);
  return run;
}

/** How many runs a claim brings, by what the code says. */
async function claimed(journal: Journal, limits: FlowLimits = CODE, more: Partial<ClaimRunsParams> = {}): Promise<number> {
  await journal.tick({ owner: OWNER, leaseMs: 60_000, watch: [] });
  const params = { owner: OWNER, flows: ['provision'], limit: 10, format: 100, maxLosses: 5, thorough: false };
  return (await journal.claim({ ...params, limits: { provision: limits }, ...more })).claimed.length;
}

const OWNER = '0192f000-0000-7000-8000-00000000a001';

/** What it says of a limit, but for when that was said. */
async function listed(journal: Journal, name = NAME) {
  const found = (await limitsOf(journal).list([name])).find((one) => one.name === name);
  if (found === undefined) throw new Error(`'${name}' is not listed`);
  const { changedAtMs, ...rest } = found;
  return { ...rest, isChanged: changedAtMs !== undefined };
}

const TASK = 'task:bill';
const OTHER = '0192f000-0000-7000-8000-00000000a002';

function slotsOf(journal: Journal): SlotStore {
  if (journal.slots === undefined) throw new Error('this journal has no slots');
  return journal.slots;
}

/** A run that a process has that lives. */
async function driven(journal: Journal, owner = OWNER): Promise<SampleRun> {
  await journal.tick({ owner, leaseMs: 60_000, watch: [] });
  const run = sampleRun({ owner, writer: owner });
  await journal.createRun(run.create);
  return run;
}

function call({ runId }: SampleRun, atom: number, more: Partial<SlotRequest> = {}): SlotRequest {
  return { runId, atom, name: TASK, key: 'a', limits: CODE, ...more };
}

async function granted(journal: Journal, owner: string, requests: readonly SlotRequest[]): Promise<readonly number[]> {
  const { granted } = await slotsOf(journal).ask({ owner, requests });
  return granted.map(({ atom }) => atom).sort((a, b) => a - b);
}

/** What each store does with limits that operators change, and with slots of tasks. */
export const limitCases: readonly JournalCase[] = [
  {
    name: 'a changed limit counts from the next claim on, and what the code says counts when it is reset',
    async run({ journal }) {
      for (let n = 0; n < 5; n++) await posted(journal);
      expect(await claimed(journal)).toBe(1);
      expect(await claimed(journal)).toBe(0);
      await limitsOf(journal).set(NAME, { concurrency: 3 });
      expect(await claimed(journal)).toBe(2);
      await limitsOf(journal).reset(NAME);
      expect(await claimed(journal)).toBe(0);
      await limitsOf(journal).set(NAME, { concurrency: Number.POSITIVE_INFINITY });
      expect(await claimed(journal)).toBe(2);
    },
  },
  {
    name: 'a changed rate counts in the place of the code’s, and what is left out is left to the code',
    async run({ journal }) {
      for (let n = 0; n < 5; n++) await posted(journal);
      const code: FlowLimits = { concurrency: 4, rate: { limit: 1, perMs: 80_000_000 } };
      expect(await claimed(journal, code)).toBe(1);
      expect(await claimed(journal, code)).toBe(0);
      await limitsOf(journal).set(NAME, { rate: { limit: 100, perMs: 80_000_000 } });
      expect(await claimed(journal, code)).toBe(3);
      // Of two changes the later one counts, alone.
      await limitsOf(journal).set(NAME, { concurrency: 100 });
      expect(await claimed(journal, code)).toBe(0);
    },
  },
  {
    name: 'a list tells what was changed, how many runs are under way, and how many wait',
    async run({ journal }) {
      expect(await listed(journal)).toEqual({ name: NAME, isChanged: false, inUse: 0, waiting: 0 });
      const runs = [await posted(journal), await posted(journal), await posted(journal)];
      expect(await claimed(journal)).toBe(1);
      expect(await listed(journal)).toEqual({ name: NAME, isChanged: false, inUse: 1, waiting: 2 });
      const change = { concurrency: Number.POSITIVE_INFINITY, rate: { limit: 7, perMs: 1_000.5 } };
      await limitsOf(journal).set(NAME, change);
      await limitsOf(journal).set('flow:another', { concurrency: 2 });
      expect(await listed(journal)).toEqual({ name: NAME, change, isChanged: true, inUse: 1, waiting: 2 });
      expect((await limitsOf(journal).list([])).map(({ name }) => name)).toEqual(['flow:another', NAME]);
      await limitsOf(journal).reset('flow:another');
      await limitsOf(journal).reset('flow:another');
      const first = (await Promise.all(runs.map(async (run) => [run, await journal.find({ runId: run.runId })] as const))).find(
        ([, found]) => found?.owner !== undefined,
      )?.[0] as SampleRun;
      expect(await appendOne(journal, first.item(1, { summary: { state: 'SUCCESS', owner: null, frees: true } }))).toBe('ok');
      expect(await listed(journal)).toMatchObject({ inUse: 0, waiting: 2 });
      expect((await limitsOf(journal).list([])).map(({ name }) => name)).toEqual([NAME]);
    },
  },
  {
    name: 'a changed limit holds when the store is opened again',
    async run({ journal, reopen }) {
      await limitsOf(journal).set(NAME, { concurrency: Number.POSITIVE_INFINITY });
      await limitsOf(journal).set('flow:gone', { concurrency: 2 });
      await limitsOf(journal).reset('flow:gone');
      const again = await reopen();
      expect(await listed(again)).toMatchObject({ change: { concurrency: Number.POSITIVE_INFINITY }, isChanged: true });
      expect((await limitsOf(again).list([])).map(({ name }) => name)).toEqual([NAME]);
    },
  },
  {
    name: 'so many calls of tasks have slots as the limit says, those that have waited for the longest first, and each value of the key has its own',
    async run({ journal }) {
      const [one, two] = [await driven(journal), await driven(journal, OTHER)];
      expect(await granted(journal, OWNER, [call(one, 1), call(one, 2), call(one, 3), call(one, 9, { key: 'b' })])).toEqual([1, 9]);
      expect(await granted(journal, OTHER, [call(two, 4)])).toEqual([]);
      expect(await listed(journal, TASK)).toEqual({ name: TASK, isChanged: false, inUse: 2, waiting: 3 });
      expect(await appendOne(journal, one.item(1, { slots: { frees: [1] } }))).toBe('ok');
      // Whoever does not ask keeps its place.
      expect(await granted(journal, OTHER, [call(two, 4)])).toEqual([]);
      expect(await granted(journal, OWNER, [call(one, 3), call(one, 2)])).toEqual([2]);
      await slotsOf(journal).leave(OWNER, [
        { runId: one.runId, atom: 2 },
        { runId: one.runId, atom: 3 },
      ]);
      expect(await granted(journal, OTHER, [call(two, 4)])).toEqual([4]);
    },
  },
  {
    name: 'a slot that is asked for again is granted again, and one of a run that somebody else has is not',
    async run({ journal }) {
      const run = await driven(journal);
      expect(await granted(journal, OWNER, [call(run, 1)])).toEqual([1]);
      expect(await granted(journal, OWNER, [call(run, 1)])).toEqual([1]);
      expect(await granted(journal, OTHER, [call(run, 1), call(run, 2)])).toEqual([]);
      expect(await slotsOf(journal).waiting(run.runId)).toEqual([]);
      // Nothing of another process is given back.
      await slotsOf(journal).leave(OTHER, [{ runId: run.runId, atom: 1 }]);
      expect(await listed(journal, TASK)).toMatchObject({ inUse: 1 });
    },
  },
  {
    name: 'who takes a run over keeps the slots of what was under way, and the places of what it asks for',
    async run({ journal }) {
      const [run, behind] = [await driven(journal), await driven(journal)];
      const both = [call(run, 1, { limits: { concurrency: 2 } }), call(run, 2, { limits: { concurrency: 2 } })];
      expect(await granted(journal, OWNER, both)).toEqual([1, 2]);
      expect(await granted(journal, OWNER, [call(run, 3), call(behind, 4)])).toEqual([]);
      await journal.tick({ owner: OTHER, leaseMs: 60_000, watch: [] });
      const taken = { owner: OTHER, state: 'RUNNING' } as const;
      expect(await appendOne(journal, run.by(OTHER).item(1, { epoch: 1, summary: taken, slots: { keeps: [2] } }))).toBe('ok');
      expect(await listed(journal, TASK)).toMatchObject({ inUse: 1, waiting: 2 });
      expect(await granted(journal, OTHER, [call(run, 2), call(run, 3)])).toEqual([2]);
      expect(await appendOne(journal, run.by(OTHER).item(2, { epoch: 1, slots: { frees: [2] } }))).toBe('ok');
      expect(await granted(journal, OWNER, [call(behind, 4)])).toEqual([]);
      expect(await granted(journal, OTHER, [call(run, 3)])).toEqual([3]);
    },
  },
  {
    name: 'slots and places of a run are free when it has ended or rests, and when its process is dead',
    async run({ journal }) {
      for (const state of ['SUCCESS', 'SUSPENDED'] as const) {
        const run = await driven(journal);
        expect(await granted(journal, OWNER, [call(run, 1), call(run, 2)])).toEqual([1]);
        expect(await appendOne(journal, run.item(1, { summary: { state, owner: null }, slots: { keeps: [] } }))).toBe('ok');
        expect(await listed(journal, TASK)).toMatchObject({ inUse: 0, waiting: 0 });
      }
      const [dead, heir] = [await driven(journal, OTHER), await driven(journal)];
      expect(await granted(journal, OTHER, [call(dead, 1), call(dead, 2)])).toEqual([1]);
      expect(await granted(journal, OWNER, [call(heir, 3)])).toEqual([]);
      await journal.release(OTHER);
      // What is seldom is looked for seldom.
      const grants: number[] = [];
      for (let asked = 0; asked < 10 && grants.length === 0; asked++) grants.push(...(await granted(journal, OWNER, [call(heir, 3)])));
      expect(grants).toEqual([3]);
    },
  },
  {
    name: 'a rate of a task lets so many calls begin within its time, and says when more may',
    async run({ journal }) {
      const run = await driven(journal);
      const limits = { rate: { limit: 2, perMs: 80_000_000 } };
      const ask = (...atoms: readonly number[]) =>
        slotsOf(journal).ask({ owner: OWNER, requests: atoms.map((atom) => call(run, atom, { limits })) });
      expect((await ask(1)).granted).toEqual([{ runId: run.runId, atom: 1 }]);
      expect((await ask(2, 3)).granted).toEqual([{ runId: run.runId, atom: 2 }]);
      const last = await ask(3);
      expect(last.granted).toEqual([]);
      expect(last.againMs).toBeGreaterThan(70_000_000);
      expect(await slotsOf(journal).waiting(run.runId)).toEqual([{ atom: 3, name: TASK, key: 'a', sinceMs: expect.any(Number) }]);
      await limitsOf(journal).set(TASK, { rate: { limit: 3, perMs: 80_000_000 } });
      expect((await ask(3)).granted).toEqual([{ runId: run.runId, atom: 3 }]);
    },
  },
];
