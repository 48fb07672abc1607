import { expect } from 'vitest';
import type { JournalCase } from './rig.js';
import { appendOne, begun, entriesOf, sampleRun } from './samples.js';

export const appendCases: readonly JournalCase[] = [
  {
    name: 'an entry after the last one is appended',
    async run({ journal }) {
      const run = await begun(journal);
      const items = [run.item(1), run.item(2, { durability: 'relaxed' })];
      for (const item of items) expect(await appendOne(journal, item)).toBe('ok');
      expect(await entriesOf(journal, run.runId)).toEqual([run.create.entry, ...items.map(({ entry }) => entry)]);
    },
  },
  {
    name: 'the same entry again is known as mine',
    async run({ journal, second }) {
      const run = await begun(journal);
      const item = run.item(1);
      expect(await appendOne(journal, item)).toBe('ok');
      expect(await appendOne(journal, item)).toBe('mine');
      expect(await appendOne(await second(), item)).toBe('mine');
      expect(await entriesOf(journal, run.runId)).toHaveLength(2);
    },
  },
  {
    name: 'an earlier entry again is known as mine, too',
    async run({ journal }) {
      const run = await begun(journal);
      const item = run.item(1);
      for (const one of [item, run.item(2), run.item(3)]) await appendOne(journal, one);
      expect(await appendOne(journal, item)).toBe('mine');
      expect(await appendOne(journal, run.item(1))).toBe('stale');
    },
  },
  {
    name: 'another entry in the same place is stale: of another writer, and of the same one',
    async run({ journal }) {
      const run = await begun(journal, 1);
      expect(await appendOne(journal, run.item(1))).toBe('stale');
      expect(await appendOne(journal, run.by(sampleRun().writer).item(1))).toBe('stale');
      expect(await entriesOf(journal, run.runId)).toHaveLength(2);
    },
  },
  {
    name: 'an entry that would leave a hole is stale',
    async run({ journal }) {
      const run = await begun(journal, 1);
      expect(await appendOne(journal, run.item(3))).toBe('stale');
      expect(await entriesOf(journal, run.runId)).toHaveLength(2);
    },
  },
  {
    name: 'an entry of a run that is not there is stale',
    async run({ journal }) {
      expect(await appendOne(journal, sampleRun().item(1))).toBe('stale');
    },
  },
  {
    name: 'an entry of an epoch lower than the one before is stale',
    async run({ journal }) {
      const run = await begun(journal);
      expect(await appendOne(journal, run.item(1, { epoch: 2 }))).toBe('ok');
      expect(await appendOne(journal, run.item(2, { epoch: 1 }))).toBe('stale');
      expect(await appendOne(journal, run.item(2, { epoch: 2 }))).toBe('ok');
    },
  },
  {
    name: 'a takeover wins, and the writer before it is stale for good',
    async run({ journal, second }) {
      const run = await begun(journal, 1);
      const heir = run.by(sampleRun().writer);
      const other = await second();
      const takeover = heir.item(2, { epoch: 1, transitions: [['TAKEOVER', [1]]], summary: { owner: heir.writer } });
      expect(await appendOne(other, takeover)).toBe('ok');
      expect(await appendOne(journal, run.item(2))).toBe('stale');
      expect(await appendOne(journal, run.item(3))).toBe('stale');
      expect(await appendOne(other, heir.item(3, { epoch: 1 }))).toBe('ok');
      expect((await journal.find({ runId: run.runId }))?.owner?.id).toBe(heir.writer);
      expect((await entriesOf(journal, run.runId)).map(({ epoch }) => epoch)).toEqual([0, 0, 1, 1]);
    },
  },
  {
    name: 'of many appends of one place at the same time one wins',
    async run({ journal, second }) {
      const run = await begun(journal, 1);
      const other = await second();
      for (let seq = 2; seq <= 6; seq++) {
        const items = Array.from({ length: 8 }, () => run.by(sampleRun().writer).item(seq));
        const kinds = await Promise.all(items.map((item, index) => appendOne(index % 2 === 0 ? journal : other, item)));
        expect(kinds.filter((kind) => kind === 'ok')).toHaveLength(1);
        expect(kinds.filter((kind) => kind === 'stale')).toHaveLength(7);
        const winner = items[kinds.indexOf('ok')];
        expect((await entriesOf(journal, run.runId))[seq]?.writer).toBe(winner?.entry.writer);
      }
    },
  },
  {
    name: 'summary fields that are given are written with the entry, others stay',
    async run({ journal }) {
      const run = await begun(journal);
      const find = () => journal.find({ runId: run.runId });
      await appendOne(journal, run.item(1, { summary: { state: 'SUSPENDED', owner: null } }));
      expect(await find()).toMatchObject({ state: 'SUSPENDED' });
      expect(await find()).not.toHaveProperty('owner');
      const heir = sampleRun().writer;
      await appendOne(journal, run.item(2, { summary: { owner: heir } }));
      expect(await find()).toMatchObject({ state: 'SUSPENDED', owner: { id: heir } });
      await appendOne(journal, run.item(3, { summary: { state: 'SUCCESS' } }));
      expect(await find()).toMatchObject({ state: 'SUCCESS', owner: { id: heir } });
    },
  },
  {
    name: 'a stale append leaves the summary as it is',
    async run({ journal }) {
      const run = await begun(journal, 1);
      expect(await appendOne(journal, run.item(1, { summary: { state: 'FAILURE', owner: null } }))).toBe('stale');
      expect(await appendOne(journal, run.item(5, { summary: { state: 'FAILURE', owner: null } }))).toBe('stale');
      expect(await journal.find({ runId: run.runId })).toMatchObject({ state: 'RUNNING', owner: { id: run.writer } });
    },
  },
];
