import { expect } from 'vitest';
import type { Journal, LogbookFilter, RunFilter } from '../../../src/persistence/index.js';
import type { JournalCase } from './rig.js';
import { appendOne, begun, load, type SampleRun, sampleRun } from './samples.js';

const ODD = 'Bücher "№1" / \\ 🦊';

export const logbookCases: readonly JournalCase[] = [
  {
    name: 'a run carries its logbook and its metadata wherever it is shown; one without has none',
    async run({ journal, reopen, leaseMs }) {
      const grouping = { logbook: ODD, metadata: { [ODD]: ODD, empty: '' } };
      const [run, other] = [await begun(journal, 1, grouping), await begun(journal)];
      for (const connect of [async () => journal, reopen]) {
        const one = await connect();
        const exists = await one.createRun(run.create);
        const shown = [
          await one.find({ runId: run.runId }),
          await one.find({ key: run.create.key }),
          (await load(one, run.runId)).summary,
          (await one.runs({})).runs[1],
          (await one.tick({ owner: sampleRun().writer, leaseMs, watch: [run.runId] })).watched[0],
          exists.kind === 'exists' ? exists.run : undefined,
        ];
        for (const summary of shown) expect(summary).toMatchObject(grouping);
        const bare = await one.find({ runId: other.runId });
        expect(bare).not.toHaveProperty('logbook');
        expect(bare).not.toHaveProperty('metadata');
      }
    },
  },
  {
    name: 'logbooks are made by their first run or by hand, carry metadata, and come in the order of their names',
    async run({ journal, second, reopen }) {
      const other = await second();
      await journal.saveLogbook({ name: 'b', metadata: { team: 'x' } });
      await Promise.all([begun(journal, 0, { logbook: 'c' }), begun(other, 0, { logbook: 'c' }), begun(other, 0, { logbook: ODD })]);
      await begun(journal, 0, { logbook: 'b' });
      const before = await all(journal, {});
      expect(before.map(({ name, metadata }) => [name, metadata])).toEqual([
        [ODD, {}],
        ['b', { team: 'x' }],
        ['c', {}],
      ]);
      for (const { createdAtMs } of before) expect(createdAtMs).toBeGreaterThan(0);
      await other.saveLogbook({ name: 'c', metadata: { team: 'y', [ODD]: ODD } });
      await other.saveLogbook({ name: 'b', metadata: {} });
      for (const connect of [async () => journal, reopen]) {
        const one = await connect();
        const after = await all(one, { limit: 2 });
        expect(after.map(({ metadata }) => metadata)).toEqual([{}, {}, { team: 'y', [ODD]: ODD }]);
        expect(after.map(({ createdAtMs }) => createdAtMs)).toEqual(before.map(({ createdAtMs }) => createdAtMs));
        expect((await one.logbooks({ after: 'b' })).logbooks.map(({ name }) => name)).toEqual(['c']);
        expect(await one.logbooks({ after: 'z' })).toEqual({ logbooks: [] });
      }
    },
  },
  {
    name: 'runs are found by logbook and by metadata, with the other filters, on every page, newest first',
    async run({ journal, reopen }) {
      const runs: SampleRun[] = [];
      for (let index = 0; index < 12; index++) {
        const metadata = { customer: `c-${index % 3}`, ...(index % 2 === 0 ? { kind: 'even' } : {}) };
        runs.unshift(await begun(journal, 0, { logbook: index < 6 ? 'old' : 'new', metadata, flow: index % 4 === 0 ? 'four' : 'other' }));
      }
      await begun(journal, 0, { logbook: 'old' });
      for (const run of runs.slice(0, 6)) await appendOne(journal, run.item(1, { summary: { state: 'SUCCESS', owner: null } }));
      // In the order of the listing, number 11 - n was made as the n-th.
      const expected: readonly (readonly [RunFilter, readonly number[]])[] = [
        [{ logbook: 'new' }, [0, 1, 2, 3, 4, 5]],
        [{ logbook: 'old', metadata: { customer: 'c-0' } }, [8, 11]],
        [{ metadata: { customer: 'c-1' } }, [1, 4, 7, 10]],
        [{ metadata: { customer: 'c-1', kind: 'even' } }, [1, 7]],
        [{ metadata: { kind: 'even' }, states: ['RUNNING'] }, [7, 9, 11]],
        [{ metadata: { kind: 'even' }, states: ['SUCCESS'], flow: 'four' }, [3]],
        [{ metadata: { kind: 'even' }, ownerless: true }, [1, 3, 5, 7, 9, 11]],
        [{ logbook: 'new', states: ['RUNNING'] }, []],
        [{ metadata: { customer: 'c-9' } }, []],
        [{ metadata: { customer: 'c-1', nobody: '' } }, []],
        [{ metadata: { customer: `c-1${String.fromCharCode(0)}` } }, []],
        [{ logbook: 'nobody' }, []],
      ];
      for (const connect of [async () => journal, reopen]) {
        const one = await connect();
        for (const [filter, places] of expected) {
          const ids = places.map((place) => runs[place]?.runId);
          for (const limit of [1, 2, 100]) expect(await pages(one, { ...filter, limit }), JSON.stringify(filter)).toEqual(ids);
        }
        expect((await one.runs({ metadata: {} })).runs).toHaveLength(13);
      }
    },
  },
  {
    name: 'names and texts that not every store can keep are refused, and nothing is written',
    async run({ journal }) {
      const zero = `a${String.fromCharCode(0)}`;
      const half = String.fromCharCode(0xd800);
      for (const logbook of ['', zero, half, 'x'.repeat(101)]) {
        await expect(journal.createRun(sampleRun({ logbook }).create)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
        await expect(journal.saveLogbook({ name: logbook, metadata: {} })).rejects.toThrow(TypeError);
      }
      for (const metadata of [{ [zero]: '' }, { a: zero }, { a: half }, { a: 'x'.repeat(501) }, { ['x'.repeat(101)]: '' }]) {
        await expect(journal.createRun(sampleRun({ metadata }).create)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
        await expect(journal.saveLogbook({ name: 'a', metadata })).rejects.toThrow(TypeError);
      }
      for (const key of ['', zero, half, 'x'.repeat(501)]) {
        await expect(journal.createRun(sampleRun({ key }).create)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      }
      for (const text of [zero, half]) {
        await expect(journal.createRun(sampleRun({ flow: text }).create)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
        await expect(journal.createRun(sampleRun({ owner: text }).create)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      }
      expect(await journal.runs({})).toEqual({ runs: [] });
      expect(await journal.logbooks({})).toEqual({ logbooks: [] });
      const longest = { ['🦊'.repeat(50)]: '漢'.repeat(500) };
      const run = await begun(journal, 0, { key: '漢'.repeat(500), logbook: '漢'.repeat(100), metadata: longest });
      expect((await journal.runs({ metadata: longest })).runs.map(({ runId }) => runId)).toEqual([run.runId]);
    },
  },
  {
    name: 'no run is found by a text that none can have, though a database might read it as that of one',
    async run({ journal }) {
      const text = String.fromCharCode(0xfffd);
      const run = await begun(journal, 0, { key: text, flow: text, logbook: text, metadata: { [text]: text } });
      await appendOne(journal, run.item(1, { summary: { state: 'SUCCESS', owner: null } }));
      for (const other of [`${text}${String.fromCharCode(0)}`, String.fromCharCode(0xd800)]) {
        expect(await journal.find({ key: other })).toBeUndefined();
        for (const filter of [{ flow: other }, { logbook: other }, { metadata: { [text]: other } }, { metadata: { [other]: text } }]) {
          expect(await journal.runs(filter)).toEqual({ runs: [] });
        }
        for (const which of [{ flow: other }, { logbook: other }]) {
          expect(await journal.prune({ endedBeforeMs: 1_800_000_000_000, ...which })).toEqual({ runIds: [] });
        }
      }
      expect((await journal.find({ key: text }))?.runId).toBe(run.runId);
    },
  },
  {
    name: 'pruning takes the logbook that it is given, and what was pruned is not found by its metadata',
    async run({ journal, reopen }) {
      const runs = [];
      for (const logbook of ['a', 'b', 'a']) {
        const run = await begun(journal, 0, { logbook, metadata: { of: logbook } });
        await appendOne(journal, run.item(1, { summary: { state: 'SUCCESS', owner: null } }));
        runs.push(run.runId);
      }
      expect((await journal.prune({ endedBeforeMs: 1_800_000_000_000, logbook: 'a' })).runIds).toEqual([runs[0], runs[2]]);
      for (const connect of [async () => journal, reopen]) {
        const one = await connect();
        expect(await pages(one, { metadata: { of: 'a' } })).toEqual([]);
        expect(await pages(one, { metadata: { of: 'b' } })).toEqual([runs[1]]);
        expect((await one.logbooks({})).logbooks.map(({ name }) => name)).toEqual(['a', 'b']);
      }
    },
  },
];

async function all(journal: Journal, filter: LogbookFilter) {
  const found = [];
  for (let after = filter.after; ; ) {
    const page = await journal.logbooks({ ...filter, ...(after === undefined ? {} : { after }) });
    found.push(...page.logbooks);
    after = page.next;
    if (after === undefined) return found;
  }
}

async function pages(journal: Journal, filter: RunFilter): Promise<readonly string[]> {
  const found: string[] = [];
  for (let before: string | undefined; ; ) {
    const page = await journal.runs({ ...filter, ...(before === undefined ? {} : { before }) });
    found.push(...page.runs.map(({ runId }) => runId));
    before = page.next;
    if (before === undefined) return found;
  }
}
