import { expect } from 'vitest';
import type { Journal, RunFilter } from '../../../src/persistence/index.js';
import type { JournalCase } from './rig.js';
import { appendOne, begun, type SampleRun, sampleRun } from './samples.js';

export const listingCases: readonly JournalCase[] = [
  {
    name: 'runs are found by id and by key',
    async run({ journal }) {
      const run = await begun(journal, 0, { key: 'Bestellung №1 / "x"' });
      const byId = await journal.find({ runId: run.runId });
      expect(byId).toMatchObject({ key: 'Bestellung №1 / "x"', flow: 'provision', version: 3, state: 'RUNNING' });
      expect(await journal.find({ key: 'Bestellung №1 / "x"' })).toEqual(byId);
    },
  },
  {
    name: 'runs come newest first, a page at a time, each once',
    async run({ journal }) {
      const made: string[] = [];
      for (let index = 0; index < 7; index++) made.unshift((await begun(journal)).runId);
      const all = await journal.runs({});
      expect(all.runs.map(({ runId }) => runId)).toEqual(made);
      expect(all).not.toHaveProperty('next');
      expect(await pages(journal, { limit: 3 })).toEqual([made.slice(0, 3), made.slice(3, 6), made.slice(6)]);
      expect(await pages(journal, { limit: 7 })).toEqual([made]);
    },
  },
  {
    name: 'a page is 100 runs long unless told',
    async run({ journal }) {
      for (let index = 0; index < 101; index++) await begun(journal);
      const page = await journal.runs({});
      expect(page.runs).toHaveLength(100);
      expect((await journal.runs({ before: page.next as string })).runs).toHaveLength(1);
    },
  },
  {
    name: 'filters by flow and by state hold on every page',
    async run({ journal }) {
      const runs: SampleRun[] = [];
      for (let index = 0; index < 6; index++) runs.unshift(await begun(journal, 0, { flow: index % 2 === 0 ? 'even' : 'odd' }));
      for (const run of runs.slice(0, 3)) await appendOne(journal, run.item(1, { summary: { state: 'SUCCESS', owner: null } }));
      const ids = (indexes: readonly number[]) => indexes.map((index) => runs[index]?.runId);
      expect((await pages(journal, { flow: 'even', limit: 1 })).flat()).toEqual(ids([1, 3, 5]));
      expect((await pages(journal, { states: ['SUCCESS'], limit: 2 })).flat()).toEqual(ids([0, 1, 2]));
      expect((await pages(journal, { states: ['RUNNING', 'SUSPENDED'], flow: 'odd', limit: 1 })).flat()).toEqual(ids([4]));
      expect((await pages(journal, { states: ['SUCCESS', 'RUNNING'], limit: 2 })).flat()).toEqual(ids([0, 1, 2, 3, 4, 5]));
      expect((await journal.runs({ states: [] })).runs).toEqual([]);
      expect((await journal.runs({ flow: 'nobody' })).runs).toEqual([]);
    },
  },
  {
    name: 'runs that nobody alive has are listed as such',
    async run({ journal }) {
      const [dead, alive, free] = [await begun(journal), await begun(journal), await begun(journal)];
      await journal.tick({ owner: alive.writer, leaseMs: 60_000, watch: [] });
      await journal.tick({ owner: free.writer, leaseMs: 60_000, watch: [] });
      await appendOne(journal, free.item(1, { summary: { owner: null } }));
      const ownerless = await pages(journal, { ownerless: true, limit: 1 });
      expect(ownerless.flat()).toEqual([free.runId, dead.runId]);
      expect((await journal.runs({})).runs).toHaveLength(3);
    },
  },
  {
    name: 'a page may begin before a run that is not there',
    async run({ journal }) {
      const run = await begun(journal);
      expect((await journal.runs({ before: sampleRun().runId })).runs.map(({ runId }) => runId)).toEqual([run.runId]);
    },
  },
];

async function pages(journal: Journal, filter: RunFilter): Promise<readonly (readonly string[])[]> {
  const all: string[][] = [];
  for (let before: string | undefined; ; ) {
    const page = await journal.runs({ ...filter, ...(before === undefined ? {} : { before }) });
    all.push(page.runs.map(({ runId }) => runId));
    before = page.next;
    if (before === undefined) return all;
  }
}
