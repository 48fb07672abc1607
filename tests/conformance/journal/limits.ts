import { expect } from 'vitest';
import type { FlowLimits } from '../../../src/model/limits/flow-limits.js';
import type { ClaimRunsParams, Journal, LimitStore } from '../../../src/persistence/index.js';
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

/** What each store does with limits that operators change. */
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
];
