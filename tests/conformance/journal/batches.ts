import { expect } from 'vitest';
import type { Json } from '../../../src/model/json.js';
import type { JournalCase } from './rig.js';
import { appendOne, begun, entriesOf, sampleRun } from './samples.js';

export const batchCases: readonly JournalCase[] = [
  {
    name: 'appends of several runs at once succeed together, with results in their order',
    async run({ journal }) {
      const runs = await Promise.all(Array.from({ length: 20 }, () => begun(journal)));
      const shuffled = [...runs].sort((a, b) => (a.writer < b.writer ? -1 : 1));
      const items = shuffled.map((run, index) => run.item(1, index % 3 === 0 ? { summary: { state: 'SUCCESS', owner: null } } : {}));
      expect((await journal.append(items)).map(({ kind }) => kind)).toEqual(items.map(() => 'ok'));
      for (const [index, { entry }] of items.entries()) {
        expect((await entriesOf(journal, entry.runId))[1]).toEqual(entry);
        expect((await journal.find({ runId: entry.runId }))?.state).toBe(index % 3 === 0 ? 'SUCCESS' : 'RUNNING');
      }
    },
  },
  {
    name: 'no append at all is no trouble',
    async run({ journal }) {
      expect(await journal.append([])).toEqual([]);
    },
  },
  {
    name: 'one stale append harms no other one',
    async run({ journal }) {
      const [a, b, c, d] = [await begun(journal), await begun(journal, 1), await begun(journal), await begun(journal)];
      const results = await journal.append([a.item(1), b.item(1), c.item(2), d.item(1)]);
      expect(results.map(({ kind }) => kind)).toEqual(['ok', 'stale', 'stale', 'ok']);
      expect(await entriesOf(journal, c.runId)).toHaveLength(1);
      expect(await entriesOf(journal, d.runId)).toHaveLength(2);
    },
  },
  {
    name: 'one that was there already is mine among others that are new',
    async run({ journal }) {
      const [a, b, c] = [await begun(journal), await begun(journal), await begun(journal)];
      const early = b.item(1);
      await appendOne(journal, early);
      expect((await journal.append([a.item(1), early, c.item(1)])).map(({ kind }) => kind)).toEqual(['ok', 'mine', 'ok']);
    },
  },
  {
    name: 'one whose content is refused harms no other one',
    async run({ journal }) {
      const [a, b, c] = [await begun(journal), await begun(journal), await begun(journal)];
      const endless: { [key: string]: Json } = {};
      endless.self = endless;
      const results = await journal.append([a.item(1), b.item(1, { transitions: [['SUCCESS', 1, endless]] }), c.item(1)]);
      expect(results.map(({ kind }) => kind)).toEqual(['ok', 'refused', 'ok']);
      expect(await entriesOf(journal, b.runId)).toHaveLength(1);
      expect(await appendOne(journal, b.item(1))).toBe('ok');
    },
  },
  {
    name: 'two batches at once over the same runs in opposite order: each place has one winner',
    async run({ journal, second }) {
      const other = await second();
      const runs = await Promise.all(Array.from({ length: 8 }, () => begun(journal)));
      for (let seq = 1; seq <= 5; seq++) {
        const mine = runs.map((run) => run.item(seq));
        const theirs = [...runs].reverse().map((run) => run.by(sampleRun().writer).item(seq));
        const [a, b] = await Promise.all([journal.append(mine), other.append(theirs)]);
        const reversed = [...b].reverse();
        for (const [index, result] of a.entries()) expect([result.kind, reversed[index]?.kind].sort()).toEqual(['ok', 'stale']);
      }
    },
  },
  {
    name: 'a relaxed append among full ones is kept like them',
    async run({ journal, reopen }) {
      const [a, b] = [await begun(journal), await begun(journal)];
      expect((await journal.append([a.item(1), b.item(1, { durability: 'relaxed' })])).map(({ kind }) => kind)).toEqual(['ok', 'ok']);
      const again = await reopen();
      expect(await entriesOf(again, a.runId)).toHaveLength(2);
      expect(await entriesOf(again, b.runId)).toHaveLength(2);
    },
  },
];
