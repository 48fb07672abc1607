import { expect } from 'vitest';
import type { InboxMessage, Journal, RunSummary, TakeParams } from '../../../src/persistence/index.js';
import type { JournalCase } from './rig.js';
import { appendOne, begun, type SampleRun, sampleRun } from './samples.js';

const HOUR_MS = 3_600_000;
const newOwner = (): string => sampleRun().writer;

async function take(journal: Journal, owner: string, more: Partial<TakeParams> = {}): Promise<readonly RunSummary[]> {
  const take = {
    flows: ['provision'],
    limit: 100,
    format: 1,
    except: [],
    thorough: false,
    aheadMs: 0,
    nowMs: Date.now(),
    asleepOnly: false,
  };
  const all: RunSummary[] = [];
  for (let isMore = true; isMore; ) {
    const result = await journal.tick({ owner, leaseMs: 60_000, watch: [], take: { ...take, ...more } });
    all.push(...(result.take?.taken ?? []));
    isMore = result.take?.more === true;
  }
  return all;
}

/** A run that its engine has let go of. */
async function sleeper(journal: Journal, wakeAtMs: number | 'never', more: Parameters<typeof begun>[2] = {}): Promise<SampleRun> {
  const run = await begun(journal, 0, more);
  await appendOne(journal, run.item(1, { summary: { owner: null, wakeAtMs } }));
  return run;
}

const message = ({ runId }: SampleRun, kind: InboxMessage['kind']): InboxMessage => ({ id: newOwner(), runId, kind });
const wakeTime = async (journal: Journal, { runId }: SampleRun) => (await journal.find({ runId }))?.wakeAtMs;

export const asleepCases: readonly JournalCase[] = [
  {
    name: 'a run that sleeps says until when, and is taken when it is due, and not before',
    async run({ journal, reopen }) {
      const dueMs = Date.now() + HOUR_MS;
      const run = await sleeper(journal, dueMs);
      const forEver = await sleeper(journal, 'never');
      expect(Math.round(Number(await wakeTime(journal, run)))).toBe(dueMs);
      expect(await wakeTime(journal, forEver)).toBe('never');
      // Since its last entry, where runs are found, listed and loaded.
      const sinceMs = run.entry(1).atMs;
      const listed = (await journal.runs({})).runs.find(({ runId }) => runId === run.runId);
      const found = [await journal.find({ runId: run.runId }), listed, (await journal.load(run.runId))?.summary];
      expect(found.map((one) => one?.waitsSinceMs)).toEqual([sinceMs, sinceMs, sinceMs]);
      const later = await reopen();
      if ((await later.find({ runId: run.runId })) === undefined) return;
      expect(await take(later, newOwner(), { thorough: true })).toEqual([]);
      const [taken, ...others] = await take(later, newOwner(), { aheadMs: 2 * HOUR_MS });
      expect([taken?.runId, others]).toEqual([run.runId, []]);
      expect(Math.round(Number(taken?.wakeAtMs))).toBe(dueMs);
      expect(await wakeTime(later, run)).toBeUndefined();
      expect(await later.find({ runId: run.runId })).not.toHaveProperty('waitsSinceMs');
    },
  },
  {
    name: 'a message makes a run that sleeps due at once, and is brought with its run',
    async run({ journal, second }) {
      for (const kind of ['signal', 'suspend', 'cancel'] as const) {
        const run = await sleeper(journal, 'never');
        await (await second()).send({ ...message(run, kind), ...(kind === 'signal' ? { payload: { name: 'go' } } : {}) });
        expect(
          (await take(journal, newOwner())).map(({ runId }) => runId),
          kind,
        ).toEqual([run.runId]);
        expect((await journal.load(run.runId))?.inbox.map((one) => one.kind)).toEqual([kind]);
      }
    },
  },
  {
    name: 'a message that comes while its run is being let go of is not slept through',
    async run({ journal }) {
      const run = await begun(journal);
      await journal.send(message(run, 'cancel'));
      await appendOne(journal, run.item(1, { summary: { owner: null, wakeAtMs: 'never' } }));
      const [taken] = await take(journal, newOwner());
      expect(taken?.runId).toBe(run.runId);
    },
  },
  {
    name: 'only who takes a run forgets when it was due: a message that comes then makes it due again',
    async run({ journal }) {
      const run = await sleeper(journal, 'never');
      await journal.send(message(run, 'suspend'));
      const owner = newOwner();
      expect(await take(journal, owner)).toHaveLength(1);
      await journal.send(message(run, 'cancel'));
      await appendOne(journal, run.by(owner).item(2, { epoch: 1, summary: { owner } }));
      await appendOne(journal, run.by(owner).item(3, { epoch: 1, summary: { owner: null, wakeAtMs: 'never' } }));
      expect(await take(journal, newOwner())).toHaveLength(1);
    },
  },
  {
    name: 'what a dead process has taken is due at once, whatever it was waiting for',
    async run({ journal }) {
      const run = await sleeper(journal, 'never');
      await journal.send(message(run, 'cancel'));
      const dead = newOwner();
      await take(journal, dead);
      await appendOne(journal, run.by(dead).item(2, { epoch: 1, summary: { owner: dead } }));
      await journal.release(dead);
      expect(await take(journal, newOwner())).toHaveLength(1);
    },
  },
  {
    name: 'a run that rests is taken when something was asked of it that lets it go on, and only then',
    async run({ journal }) {
      const asked = async (state: 'SUSPENDED' | 'FAILURE', kind: InboxMessage['kind']): Promise<boolean> => {
        const run = await begun(journal);
        await appendOne(journal, run.item(1, { summary: { state, owner: null } }));
        await journal.send({ ...message(run, kind), ...(kind === 'signal' ? { payload: { name: 'go' } } : {}) });
        const owner = newOwner();
        const taken = await take(journal, owner);
        await journal.giveBack(owner, taken.map(({ runId }) => runId), { atRest: true }); // biome-ignore format: one call
        expect(await take(journal, owner)).toEqual([]);
        return taken.length > 0;
      };
      expect(await asked('SUSPENDED', 'cancel')).toBe(true);
      expect(await asked('SUSPENDED', 'signal')).toBe(false);
      expect(await asked('SUSPENDED', 'suspend')).toBe(false);
      expect(await asked('FAILURE', 'retryFailed')).toBe(true);
    },
  },
  {
    name: 'a run that rests and is given back is due again, unless nothing was asked',
    async run({ journal }) {
      const run = await begun(journal);
      await appendOne(journal, run.item(1, { summary: { state: 'FAILURE', owner: null } }));
      await journal.send(message(run, 'retryFailed'));
      const [one, two] = [newOwner(), newOwner()];
      expect(await take(journal, one)).toHaveLength(1);
      await journal.giveBack(one, [run.runId]);
      expect(await take(journal, two)).toHaveLength(1);
      await journal.send(message(run, 'skipRevert'));
      await journal.giveBack(two, [run.runId], { atRest: true });
      expect(await take(journal, one)).toHaveLength(1);
    },
  },
  {
    name: 'a run may sleep from its first entry on',
    async run({ journal }) {
      const run = await begun(journal, 0, { owner: null, wakeAtMs: Date.now() + HOUR_MS });
      expect(await take(journal, newOwner())).toEqual([]);
      expect(await take(journal, newOwner(), { asleepOnly: true, aheadMs: 2 * HOUR_MS })).toHaveLength(1);
      await begun(journal, 0, { owner: null });
      expect(await take(journal, newOwner(), { asleepOnly: true })).toEqual([]);
      expect((await journal.find({ runId: run.runId }))?.state).toBe('RUNNING');
    },
  },
];
