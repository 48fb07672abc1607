import { expect } from 'vitest';
import type { RunState } from '../../../src/model/states.js';
import { type Journal, pruneAll } from '../../../src/persistence/index.js';
import type { JournalCase } from './rig.js';
import { appendOne, begun, entriesOf, load, type SampleOptions, type SampleRun, sampleRun } from './samples.js';

/** When the samples end, unless told. */
const ENDED_MS = 1_763_700_000_000;
const LATER_MS = ENDED_MS + 86_400_000;

async function ended(journal: Journal, state: RunState, atMs = ENDED_MS, options: SampleOptions = {}): Promise<SampleRun> {
  const run = await begun(journal, 1, options);
  const entry = run.entry(2, [['RUN', state]], { atMs });
  expect((await journal.append([{ entry, durability: 'full', summary: { state, owner: null } }]))[0]?.kind).toBe('ok');
  return run;
}

const idsOf = (runs: readonly SampleRun[]) => runs.map(({ runId }) => runId);

export const pruneCases: readonly JournalCase[] = [
  {
    name: 'pruning removes what ended before, whole, and nothing else',
    async run({ journal, reopen }) {
      const options = { key: 'pruned' };
      const gone = [
        await ended(journal, 'SUCCESS', ENDED_MS, options),
        await ended(journal, 'REVERTED'),
        await ended(journal, 'CANCELLED'),
      ];
      const kept = [
        await ended(journal, 'SUCCESS', LATER_MS),
        await ended(journal, 'SUSPENDED'),
        await ended(journal, 'FAILURE'),
        await begun(journal, 3),
      ];
      expect(await journal.prune({ endedBeforeMs: ENDED_MS })).toEqual({ runIds: [] });
      expect(await journal.prune({ endedBeforeMs: LATER_MS })).toEqual({ runIds: idsOf(gone) });
      for (const connect of [async () => journal, reopen]) {
        const one = await connect();
        for (const run of gone) {
          expect(await one.load(run.runId)).toBeUndefined();
          expect(await one.find({ runId: run.runId })).toBeUndefined();
          expect(await appendOne(one, run.item(3))).toBe('stale');
          expect(await appendOne(one, run.item(3, { summary: { state: 'RUNNING' } }))).toBe('stale');
          await expect(one.send({ id: 'm-2', runId: run.runId, kind: 'suspend' })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
        }
        expect((await one.runs({})).runs.map(({ runId }) => runId)).toEqual(idsOf(kept).reverse());
        for (const run of kept) expect((await entriesOf(one, run.runId)).length).toBeGreaterThan(2);
      }
    },
  },
  {
    name: 'a key whose run was pruned is free, and the new run has nothing of the old one',
    async run({ journal, reopen }) {
      const old = await ended(journal, 'FAILURE', ENDED_MS, { key: 'again' });
      await journal.send({ id: 'm-1', runId: old.runId, kind: 'retryRevert', payload: 'f/a' });
      await journal.prune({ endedBeforeMs: LATER_MS, states: ['FAILURE'] });
      const run = await begun(journal, 1, { key: 'again' });
      for (const connect of [async () => journal, reopen]) {
        const one = await connect();
        expect((await one.find({ key: 'again' }))?.runId).toBe(run.runId);
        expect((await load(one, run.runId)).inbox).toEqual([]);
        expect(await entriesOf(one, run.runId)).toHaveLength(2);
      }
    },
  },
  {
    name: 'pruning goes on batch by batch, the oldest first, past what stays',
    async run({ journal }) {
      const runs: SampleRun[] = [];
      for (let index = 0; index < 7; index++) runs.push(await ended(journal, index === 2 ? 'FAILURE' : 'SUCCESS'));
      const gone = idsOf(runs.filter((_, index) => index !== 2));
      const batches: (readonly string[])[] = [];
      const pruned = await pruneAll(journal, { endedBeforeMs: LATER_MS, limit: 2, onBatch: (runIds) => batches.push(runIds) });
      expect(pruned).toBe(6);
      expect(batches).toEqual([gone.slice(0, 2), gone.slice(2, 4), gone.slice(4)]);
      expect(await pruneAll(journal, { endedBeforeMs: LATER_MS })).toBe(0);
    },
  },
  {
    name: 'pruning takes only the states and the flow that it is given',
    async run({ journal }) {
      const [a, b] = [await ended(journal, 'FAILURE', ENDED_MS, { flow: 'a' }), await ended(journal, 'FAILURE', ENDED_MS, { flow: 'b' })];
      const c = await ended(journal, 'SUCCESS', ENDED_MS, { flow: 'a' });
      expect((await journal.prune({ endedBeforeMs: LATER_MS, states: ['FAILURE'], flow: 'a' })).runIds).toEqual([a.runId]);
      expect((await journal.prune({ endedBeforeMs: LATER_MS, states: [] })).runIds).toEqual([]);
      expect((await journal.runs({})).runs.map(({ runId }) => runId)).toEqual([c.runId, b.runId]);
    },
  },
  {
    name: 'what has not ended can’t be pruned, nor what has begun anew',
    async run({ journal }) {
      for (const state of ['RUNNING', 'SUSPENDED', 'PENDING'] as const)
        await expect(journal.prune({ endedBeforeMs: LATER_MS, states: [state] })).rejects.toThrow(TypeError);
      await expect(journal.prune({ endedBeforeMs: Number.NaN })).rejects.toThrow(TypeError);
      await expect(journal.prune({ endedBeforeMs: LATER_MS, limit: 0 })).rejects.toThrow(TypeError);
      const run = await ended(journal, 'SUCCESS');
      expect(await appendOne(journal, run.item(3, { summary: { state: 'RUNNING' } }))).toBe('ok');
      expect((await journal.prune({ endedBeforeMs: LATER_MS })).runIds).toEqual([]);
    },
  },
  {
    name: 'of pruning a run and going on with it at the same moment one wins, and nothing is half there',
    async run({ journal, second, reopen }) {
      const other = await second();
      const runs: SampleRun[] = [];
      for (let index = 0; index < 40; index++) runs.push(await ended(journal, 'SUCCESS'));
      const goOn = async (): Promise<readonly string[]> => {
        const kinds: string[] = [];
        for (const run of [...runs].reverse())
          kinds.unshift(await appendOne(other, run.item(3, { summary: { state: 'RUNNING', owner: run.writer } })));
        return kinds;
      };
      const [kinds] = await Promise.all([goOn(), pruneAll(journal, { endedBeforeMs: LATER_MS, limit: 1 })]);
      const again = await reopen();
      for (const [index, run] of runs.entries()) {
        expect(['ok', 'stale']).toContain(kinds[index]);
        const loaded = await again.load(run.runId);
        expect(loaded === undefined ? 'stale' : 'ok').toBe(kinds[index]);
        if (loaded !== undefined) expect(await entriesOf(again, run.runId)).toHaveLength(4);
        expect(await appendOne(again, run.item(4))).toBe(kinds[index]);
      }
      expect(await appendOne(again, sampleRun().item(1))).toBe('stale');
    },
  },
];
