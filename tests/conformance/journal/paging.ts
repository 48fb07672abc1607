import { expect } from 'vitest';
import type { Journal, RunFilter } from '../../../src/persistence/index.js';
import type { JournalCase } from './rig.js';
import { appendOne, begun } from './samples.js';

const LATER_MS = 1_900_000_000_000;

/** What no list can be asked for, with what the sentence must name. */
const WRONG: readonly (readonly [what: string, given: object, names: string])[] = [
  ['a limit of 0', { limit: 0 }, 'limit'],
  ['a limit below 0', { limit: -1 }, 'limit'],
  ['half a limit', { limit: 1.5 }, 'limit'],
  ['a limit that is no number', { limit: Number.NaN }, 'limit'],
  ['an endless limit', { limit: Number.POSITIVE_INFINITY }, 'limit'],
  ['a limit beyond the largest', { limit: 10_001 }, 'limit'],
  ['a limit that is a text', { limit: '5' }, 'limit'],
  ['no limit as null', { limit: null }, 'limit'],
];

const WRONG_RUNS: typeof WRONG = [
  ['a page before something else', { before: 'nonsense' }, 'before'],
  ['a page before nothing', { before: '' }, 'before'],
  ['a page before a number', { before: 7 }, 'before'],
  ['a state that there is not', { states: ['NOPE'] }, 'NOPE'],
  ['states that are no list', { states: 'SUCCESS' }, 'states'],
  ['a flow that is no text', { flow: 7 }, 'flow'],
  ['a logbook that is no text', { logbook: {} }, 'logbook'],
  ['metadata that are no object', { metadata: 'a' }, 'metadata'],
  ['metadata that are no texts', { metadata: { a: 1 } }, 'metadata.a'],
  ['ownerless that is no truth', { ownerless: 'no' }, 'ownerless'],
];

const WRONG_LOGBOOKS: typeof WRONG = [
  ['a page after a number', { after: 7 }, 'after'],
  ['a page after what is no name', { after: `a${String.fromCharCode(0)}` }, 'after'],
];

const WRONG_PRUNES: typeof WRONG = [
  ['a batch after something else', { after: 'nonsense' }, 'after'],
  ['a time that is no number', { endedBeforeMs: '1' }, 'endedBeforeMs'],
  ['no time', { endedBeforeMs: undefined }, 'endedBeforeMs'],
  ['states that are no list', { states: 'SUCCESS' }, 'states'],
  ['a state that there is not', { states: ['NOPE'] }, 'NOPE'],
  ['a flow that is no text', { flow: 7 }, 'flow'],
];

const refuses = (asked: string, wrong: typeof WRONG, ask: (journal: Journal, given: object) => Promise<unknown>): readonly JournalCase[] =>
  [...WRONG, ...wrong].map(([what, given, names]) => ({
    name: `${asked}: ${what} is refused with a sentence`,
    run: async ({ journal }) => {
      const { runId } = await begun(journal);
      await expect(ask(journal, given)).rejects.toThrow(TypeError);
      await expect(ask(journal, given)).rejects.toThrow(names);
      expect((await journal.runs({})).runs).toMatchObject([{ runId }]);
    },
  }));

export const pagingCases: readonly JournalCase[] = [
  ...refuses('runs', WRONG_RUNS, (journal, given) => journal.runs(given)),
  ...refuses('logbooks', WRONG_LOGBOOKS, (journal, given) => journal.logbooks(given)),
  ...refuses('prune', WRONG_PRUNES, (journal, given) => journal.prune({ endedBeforeMs: LATER_MS, ...given })),
  {
    name: 'what is left open is asked for as if it were not named',
    async run({ journal }) {
      const { runId } = await begun(journal, 0, { logbook: 'l' });
      const open = { flow: undefined, states: undefined, logbook: undefined, metadata: undefined, before: undefined, limit: undefined };
      expect((await journal.runs(open as unknown as RunFilter)).runs).toMatchObject([{ runId }]);
      expect((await journal.logbooks({ after: undefined, limit: undefined } as never)).logbooks).toMatchObject([{ name: 'l' }]);
      expect(await journal.prune({ endedBeforeMs: LATER_MS, after: undefined, flow: undefined } as never)).toEqual({ runIds: [] });
    },
  },
  {
    name: 'the largest page, all that have no metadata asked for, states named twice, names that nobody has',
    async run({ journal }) {
      const runs = [await begun(journal, 0, { logbook: 'l' }), await begun(journal)];
      const all = runs.map(({ runId }) => runId).reverse();
      const ids = async (filter: RunFilter) => (await journal.runs(filter)).runs.map(({ runId }) => runId);
      expect(await ids({ limit: 10_000 })).toEqual(all);
      expect(await ids({ metadata: {} })).toEqual(all);
      expect(await ids({ states: ['RUNNING', 'RUNNING'] })).toEqual(all);
      expect(await ids({ ownerless: false })).toEqual(all);
      for (const filter of [{ flow: '' }, { logbook: '' }, { states: [] }, { metadata: { '': 'x' } }])
        expect(await ids(filter)).toEqual([]);
      expect((await journal.logbooks({ limit: 10_000, after: '' })).logbooks).toHaveLength(1);
      expect((await journal.logbooks({ after: 'zzz' })).logbooks).toEqual([]);
    },
  },
  {
    name: 'a prune before all times removes nothing, and one after all times all that has ended',
    async run({ journal }) {
      const [run] = [await begun(journal), await begun(journal)];
      await appendOne(journal, run.item(1, { summary: { state: 'SUCCESS', owner: null } }));
      for (const endedBeforeMs of [Number.NEGATIVE_INFINITY, -1e300, -1, 0]) {
        expect(await journal.prune({ endedBeforeMs })).toEqual({ runIds: [] });
      }
      expect(await journal.prune({ endedBeforeMs: LATER_MS, limit: 10_000, states: [] })).toEqual({ runIds: [] });
      expect((await journal.prune({ endedBeforeMs: Number.POSITIVE_INFINITY })).runIds).toEqual([run.runId]);
      expect(await journal.prune({ endedBeforeMs: 1e300 })).toEqual({ runIds: [] });
    },
  },
];
