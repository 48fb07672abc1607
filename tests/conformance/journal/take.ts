import { expect } from 'vitest';
import { type Journal, MAX_TAKES, type TakeParams, type TakeResult } from '../../../src/persistence/index.js';
import type { JournalCase } from './rig.js';
import { appendOne, begun, type SampleRun, sampleRun } from './samples.js';

const LONG_MS = 60_000;
/** A flow of each case's own is enough: some rigs share a schema. */
const params = (more: Partial<TakeParams> = {}): TakeParams => ({
  ...{ flows: ['provision'], limit: 100, format: 1, except: [], thorough: false, aheadMs: 0, nowMs: Date.now(), asleepOnly: false },
  ...more,
});

/** What ticks take for an owner, until there is no more; or one tick, where it may not take all. */
async function take(journal: Journal, owner: string, more: Partial<TakeParams> = {}): Promise<TakeResult> {
  const tick = async () => (await journal.tick({ owner, leaseMs: LONG_MS, watch: [], take: params(more) })).take as TakeResult;
  const first = await tick();
  if (!first.more || more.limit !== undefined) return first;
  const rest = await take(journal, owner, more);
  return { ...rest, taken: [...first.taken, ...rest.taken] };
}

const idsOf = (runs: readonly { readonly runId: string }[]) => runs.map(({ runId }) => runId).sort();
const newOwner = (): string => sampleRun().writer;

export const takeCases: readonly JournalCase[] = [
  {
    name: 'a tick takes what nobody has and what the dead have, and nothing that rests, has ended or is another flow’s',
    async run({ journal, second }) {
      const released = await begun(journal);
      await appendOne(journal, released.item(1, { summary: { owner: null } }));
      const dead = await begun(journal);
      await begun(journal, 0, { flow: 'other' });
      for (const state of ['SUSPENDED', 'SUCCESS', 'FAILURE'] as const) {
        const run = await begun(journal);
        await appendOne(journal, run.item(1, { summary: { state, owner: null } }));
      }
      await begun(journal, 0, { state: 'PENDING', owner: null });
      await journal.tick({ owner: dead.writer, leaseMs: LONG_MS, watch: [] });
      await journal.release(dead.writer);
      const [owner, other] = [newOwner(), await second()];
      const { taken, poisoned } = await take(other, owner, { thorough: true });
      expect(idsOf(taken)).toEqual(idsOf([released, dead]));
      expect(poisoned).toEqual([]);
      for (const { runId } of taken) expect((await journal.find({ runId }))?.owner).toEqual({ id: owner, alive: true });
      expect(taken).toEqual(await Promise.all(taken.map(({ runId }) => journal.find({ runId }))));
      expect((await take(other, newOwner(), { thorough: true })).taken).toEqual([]);
    },
  },
  {
    name: 'what a living owner has is never taken',
    async run({ journal, second }) {
      const run = await begun(journal);
      await journal.tick({ owner: run.writer, leaseMs: LONG_MS, watch: [] });
      const other = await second();
      for (const thorough of [false, true]) expect((await take(other, newOwner(), { thorough })).taken).toEqual([]);
      expect((await take(journal, run.writer)).taken).toEqual([]);
      expect((await other.find({ runId: run.runId }))?.owner).toEqual({ id: run.writer, alive: true });
    },
  },
  {
    name: 'an owner whose lease is over, or that never had one, is dead',
    async run({ journal, leaseMs, afterLease }) {
      const silent = await begun(journal);
      await journal.tick({ owner: silent.writer, leaseMs, watch: [] });
      await afterLease();
      expect(idsOf((await take(journal, newOwner())).taken)).toEqual([silent.runId]);
      const never = await begun(journal);
      expect(idsOf((await take(journal, newOwner(), { thorough: true })).taken)).toEqual([never.runId]);
    },
  },
  {
    name: 'of two that take at the same moment each run has one',
    async run({ journal, second }) {
      const runs: SampleRun[] = [];
      for (let index = 0; index < 30; index++) {
        const run = await begun(journal);
        await appendOne(journal, run.item(1, { summary: { owner: null } }));
        runs.push(run);
      }
      const [one, two] = [newOwner(), newOwner()];
      const other = await second();
      const ids: string[] = [];
      while (ids.length < runs.length) {
        const results = await Promise.all([take(journal, one, { limit: 4 }), take(other, two, { limit: 4 })]);
        for (const { taken } of results) ids.push(...idsOf(taken));
      }
      expect(ids.sort()).toEqual(idsOf(runs));
    },
  },
  {
    name: 'a tick takes no more than it may, says that there is more, and leaves out what it is told to',
    async run({ journal }) {
      const runs: SampleRun[] = [];
      for (let index = 0; index < 5; index++) {
        const run = await begun(journal);
        await appendOne(journal, run.item(1, { summary: { owner: null } }));
        runs.push(run);
      }
      const owner = newOwner();
      const except = runs.slice(0, 2).map(({ runId }) => runId);
      const first = await take(journal, owner, { limit: 2, except });
      expect(first.taken).toHaveLength(2);
      expect(first.more).toBe(true);
      const rest = await take(journal, owner, { limit: 2, except });
      expect(rest.more).toBe(false);
      expect(idsOf([...first.taken, ...rest.taken])).toEqual(idsOf(runs.slice(2)));
      expect((await take(journal, owner, { limit: 0 })).taken).toEqual([]);
    },
  },
  {
    name: 'what an owner has is brought to it, though it does not know: an answer was lost',
    async run({ journal }) {
      const run = await begun(journal);
      await appendOne(journal, run.item(1, { summary: { owner: null } }));
      const owner = newOwner();
      await take(journal, owner);
      const { owned, taken } = await take(journal, owner, { thorough: true, limit: 0 });
      expect([idsOf(owned), taken]).toEqual([[run.runId], []]);
    },
  },
  {
    name: 'a run that is given back is taken by others, as if it never had been',
    async run({ journal, second }) {
      const run = await begun(journal);
      await appendOne(journal, run.item(1, { summary: { owner: null } }));
      for (let times = 0; times < 2 * MAX_TAKES; times++) {
        const owner = newOwner();
        expect(idsOf((await take(journal, owner)).taken)).toEqual([run.runId]);
        await journal.giveBack(newOwner(), [run.runId]);
        expect((await journal.find({ runId: run.runId }))?.owner?.id).toBe(owner);
        await (await second()).giveBack(owner, [run.runId, sampleRun().runId]);
        expect((await journal.find({ runId: run.runId }))?.owner).toBeUndefined();
      }
    },
  },
  {
    name: 'a run that is taken again and again without a step is left alone, until somebody writes of it',
    async run({ journal, reopen }) {
      const run = await begun(journal);
      await journal.release(run.writer);
      let one = journal;
      const dies = async (): Promise<readonly string[]> => {
        const owner = newOwner();
        const { taken } = await take(one, owner, { thorough: true });
        await one.release(owner);
        return idsOf(taken);
      };
      for (let times = 0; times < MAX_TAKES; times++) expect(await dies()).toEqual([run.runId]);
      for (const connect of [async () => journal, reopen]) {
        one = await connect();
        const { taken, poisoned } = await take(one, newOwner(), { thorough: true });
        if ((await one.find({ runId: run.runId })) === undefined) continue;
        expect([idsOf(taken), idsOf(poisoned)]).toEqual([[], [run.runId]]);
      }
      if ((await one.find({ runId: run.runId })) === undefined) return;
      const taker = run.by(newOwner());
      expect(await appendOne(one, taker.item(1, { epoch: 1, summary: { state: 'RUNNING', owner: taker.writer } }))).toBe('ok');
      await one.release(taker.writer);
      expect(await dies()).toEqual([run.runId]);
    },
  },
];
