import { expect } from 'vitest';
import type { ClaimRunsParams, Journal } from '../../../src/persistence/index.js';
import type { JournalCase } from './rig.js';
import { appendOne, begun, type SampleRun, sampleRun } from './samples.js';

const LONG_MS = 60_000;

const newOwner = (): string => sampleRun().writer;
const idsOf = (runs: readonly { readonly runId: string }[]) => runs.map(({ runId }) => runId);

function params(owner: string, more: Partial<ClaimRunsParams> = {}): ClaimRunsParams {
  return { owner, flows: ['provision'], limit: 100, format: 1, maxLosses: 5, thorough: false, ...more };
}

async function lives(journal: Journal, owner = newOwner()): Promise<string> {
  await journal.tick({ owner, leaseMs: LONG_MS, watch: [] });
  return owner;
}

async function dies(journal: Journal, owner: string): Promise<void> {
  await journal.release(owner);
  await look(journal);
}

/** Whether a tick says that there is something to be claimed. */
async function look(journal: Journal, flows: readonly string[] = ['provision']): Promise<boolean | undefined> {
  const take = {
    flows: [],
    limit: 0,
    format: 1,
    except: [],
    thorough: false,
    aheadMs: 0,
    nowMs: Date.now(),
    asleepOnly: false,
    posted: flows,
  };
  return (await journal.tick({ owner: newOwner(), leaseMs: LONG_MS, watch: [], take })).take?.posted;
}

function posted(journal: Journal, more: Parameters<typeof begun>[2] = {}): Promise<SampleRun> {
  return begun(journal, 0, { state: 'PENDING', owner: null, delayMs: 0, ...more });
}

async function until(holds: () => Promise<unknown>): Promise<void> {
  await expect.poll(async () => Boolean(await holds()), { timeout: 40_000, interval: 20 }).toBe(true);
}

export const claimCases: readonly JournalCase[] = [
  {
    name: 'posted runs are claimed by priority, then by age, and nothing else is',
    async run({ journal, second }) {
      await begun(journal, 0, { state: 'PENDING', owner: null });
      await begun(journal, 0, { state: 'RUNNING', owner: null });
      await posted(journal, { flow: 'other' });
      const runs: SampleRun[] = [];
      for (const priority of [0, -100, 5, 100, 0, 5]) runs.push(await posted(journal, { priority }));
      await posted(journal, { delayMs: LONG_MS, priority: 100 });
      const order = [3, 2, 5, 0, 4, 1].map((index) => runs[index]?.runId);
      const other = await second();
      const [owner, next] = [await lives(journal), await lives(other)];
      const first = await journal.claim(params(owner, { limit: 2 }));
      expect(idsOf(first.claimed)).toEqual(order.slice(0, 2));
      expect([first.more, first.owned, first.poisoned]).toEqual([true, [], []]);
      expect(first.claimed[0]).toMatchObject({ owner: { id: owner, alive: true }, priority: 100, losses: 0, state: 'PENDING' });
      const rest = await other.claim(params(next));
      expect([idsOf(rest.claimed), rest.more]).toEqual([order.slice(2), false]);
      expect((await journal.find({ runId: order[3] as string }))?.owner).toEqual({ id: next, alive: true });
      expect(idsOf((await journal.claim(params(owner))).claimed)).toEqual([]);
      expect((await journal.claim(params(owner, { flows: ['other', 'none'] }))).claimed).toHaveLength(1);
    },
  },
  {
    name: 'of two that claim at the same moment each run has one',
    async run({ journal, second }) {
      const runs: SampleRun[] = [];
      for (let index = 0; index < 30; index++) runs.push(await posted(journal));
      const other = await second();
      const [one, two] = [await lives(journal), await lives(other)];
      const ids: string[] = [];
      while (ids.length < runs.length) {
        const both = await Promise.all([journal.claim(params(one, { limit: 4 })), other.claim(params(two, { limit: 4 }))]);
        ids.push(...both.flatMap(({ claimed }) => idsOf(claimed)));
      }
      expect(ids.sort()).toEqual(idsOf(runs).sort());
    },
  },
  {
    name: 'a tick says when there is something to be claimed, also what was delayed until now',
    async run({ journal }) {
      const owner = await lives(journal);
      expect(await look(journal)).toBe(false);
      const { runId } = await posted(journal, { delayMs: 60 });
      await until(() => look(journal));
      expect(await look(journal, ['other'])).toBe(false);
      await until(async () => idsOf((await journal.claim(params(owner))).claimed).includes(runId));
      expect(await look(journal)).toBe(false);
    },
  },
  {
    name: 'what is to begin at a time that has passed is free, and before nothing that was free already',
    async run({ journal }) {
      const first = await posted(journal);
      const past = await begun(journal, 0, { state: 'PENDING', owner: null, wakeAtMs: 1_000 });
      const owner = await lives(journal);
      expect(idsOf((await journal.claim(params(owner))).claimed)).toEqual([first.runId, past.runId]);
    },
  },
  {
    name: 'what its claimer gives back is free at once or later, and has lost only what is counted',
    async run({ journal }) {
      const [now, later] = [await posted(journal), await posted(journal)];
      const owner = await lives(journal);
      await journal.claim(params(owner));
      await journal.giveBack(owner, [now.runId]);
      await journal.giveBack(owner, [later.runId], { delayMs: LONG_MS, counted: true });
      const again = await journal.claim(params(owner));
      expect(again.claimed.map(({ runId, losses }) => [runId, losses])).toEqual([[now.runId, 0]]);
      expect(await journal.postedCounts()).toEqual({ free: 0, delayed: 1, claimed: 1, trashed: 0 });
      expect(await journal.requeue(later.runId)).toBe(true);
      expect(await journal.requeue(now.runId)).toBe(false);
      expect(idsOf((await journal.claim(params(owner))).claimed)).toEqual([later.runId]);
    },
  },
  {
    name: 'what a claimer died with is free again, and left alone when too many have',
    async run({ journal }) {
      const { runId } = await posted(journal);
      for (const losses of [0, 1]) {
        const owner = await lives(journal);
        const { claimed } = await journal.claim(params(owner, { maxLosses: 2 }));
        expect(claimed.map((run) => [run.runId, run.losses, run.takes])).toEqual([[runId, losses, losses + 1]]);
        expect((await journal.find({ runId }))?.takes).toBe(losses + 1);
        await dies(journal, owner);
        await until(() => look(journal));
      }
      const owner = await lives(journal);
      const { claimed, poisoned } = await journal.claim(params(owner, { maxLosses: 2 }));
      expect([claimed, idsOf(poisoned)]).toEqual([[], [runId]]);
      expect(await journal.postedCounts('provision')).toEqual({ free: 0, delayed: 0, claimed: 0, trashed: 1 });
      expect(await journal.postedCounts('other')).toEqual({ free: 0, delayed: 0, claimed: 0, trashed: 0 });
      expect(await journal.find({ runId })).toMatchObject({ wakeAtMs: 'never', takes: 2 });
      expect(await look(journal)).toBe(false);
      expect(await journal.requeue(runId)).toBe(true);
      const again = await journal.claim(params(owner, { maxLosses: 2 }));
      expect(again.claimed.map((run) => [run.runId, run.losses, run.takes])).toEqual([[runId, 0, 1]]);
    },
  },
  {
    name: 'a claim whose answer was lost is brought by a thorough one, and by no tick',
    async run({ journal }) {
      const { runId } = await posted(journal);
      const owner = await lives(journal);
      await journal.claim(params(owner));
      const { claimed, owned } = await journal.claim(params(owner, { thorough: true, flows: [] }));
      expect([claimed, owned.map((run) => [run.runId, run.losses])]).toEqual([[], [[runId, 0]]]);
      const take = {
        flows: ['provision'],
        limit: 9,
        format: 1,
        except: [],
        thorough: true,
        aheadMs: 0,
        nowMs: Date.now(),
        asleepOnly: false,
      };
      const ticked = await journal.tick({ owner, leaseMs: LONG_MS, watch: [], take });
      expect([ticked.take?.taken, ticked.take?.owned]).toEqual([[], []]);
    },
  },
  {
    name: 'a run that its claimer has begun is no posted one any more, and one that is reset and due is',
    async run({ journal }) {
      const run = await posted(journal);
      const owner = await lives(journal);
      await journal.claim(params(owner));
      await appendOne(journal, run.item(1, { summary: { state: 'RUNNING', owner } }));
      await journal.giveBack(owner, []);
      expect((await journal.claim(params(owner))).claimed).toEqual([]);
      await appendOne(journal, run.item(2, { summary: { state: 'PENDING', owner: null, wakeAtMs: 1_000 } }));
      expect(idsOf((await journal.claim(params(owner))).claimed)).toEqual([run.runId]);
      expect(await journal.requeue(sampleRun().runId)).toBe(false);
    },
  },
];
