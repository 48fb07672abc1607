import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { Journal, LoadedRun, LoadOptions, Transition } from '../../../src/persistence/index.js';
import type { JournalCase } from './rig.js';
import { appendOne, begun, entriesOf, load, sampleRun, shape } from './samples.js';

export const loadCases: readonly JournalCase[] = [
  {
    name: 'a run that is not there is undefined',
    async run({ journal }) {
      expect(await journal.load(sampleRun().runId)).toBeUndefined();
      expect(await journal.find({ runId: sampleRun().runId })).toBeUndefined();
      expect(await journal.find({ runId: 'no id of a run' })).toBeUndefined();
      expect(await journal.load('no id of a run')).toBeUndefined();
      expect(await journal.find({ key: 'nobody' })).toBeUndefined();
    },
  },
  {
    name: 'entries come in order, a page at a time, also of a long run',
    async run({ journal }) {
      const run = await begun(journal, 520);
      const seqs: number[] = [];
      let pages = 0;
      for await (const page of (await load(journal, run.runId)).entries) {
        pages++;
        seqs.push(...page.map(({ seq }) => seq));
      }
      expect(seqs).toEqual(Array.from({ length: 521 }, (_, seq) => seq));
      expect(pages).toBeGreaterThan(1);
    },
  },
  {
    name: 'runs that are loaded at once come whole, each as if it were alone, whatever its length',
    async run({ journal }) {
      const lengths = [0, 1, 31, 32, 33, 300];
      const runs = await Promise.all(lengths.map((length) => begun(journal, length)));
      const snapped = await begun(journal, 2);
      await appendOne(journal, { entry: snapped.entry(3, [['SNAPSHOT', { upTo: 3 }]], { kind: 'snapshot' }), durability: 'full' });
      const asked = [...runs, snapped, ...runs.slice(0, 1)].map(({ runId }) => runId);
      const [nobody, ...loaded] = await Promise.all([sampleRun().runId, ...asked].map((runId) => journal.load(runId)));
      expect(nobody).toBeUndefined();
      const found = await Promise.all(
        loaded.map(async (run) => {
          const seqs: number[] = [];
          for await (const page of run?.entries ?? []) seqs.push(...page.map(({ seq }) => seq));
          return [run?.summary.runId, run?.shape.atoms.length, seqs] as const;
        }),
      );
      const all = (length: number): number[] => Array.from({ length: length + 1 }, (_, seq) => seq);
      const seqs = [...lengths.map(all), [3], all(0)];
      expect(found).toEqual(asked.map((runId, index) => [runId, shape.atoms.length, seqs[index]]));
    },
  },
  {
    name: 'large entries come among small ones, each in its place, of one run and of several at once',
    async run({ journal }) {
      const word = (seq: number) => (seq % 3 === 1 ? randomBytes(24_000).toString('base64') : `small ${seq}`);
      const run = async (length: number) => {
        const { runId, item } = await begun(journal);
        const words = Array.from({ length }, (_, index) => word(index + 1));
        for (const [index, text] of words.entries()) await appendOne(journal, item(index + 1, { transitions: [['SAVED', 1, text]] }));
        return { runId, words };
      };
      const runs = await Promise.all([1, 5, 40].map(run));
      const savedOf = async (loaded: LoadedRun | undefined): Promise<readonly unknown[]> => {
        const saved: unknown[] = [];
        for await (const page of loaded?.entries ?? [])
          for (const { transitions } of page) for (const [name, , value] of transitions) if (name === 'SAVED') saved.push(value);
        return saved;
      };
      for (const { runId, words } of runs) expect(await savedOf(await journal.load(runId))).toEqual(words);
      const together = await Promise.all(runs.map(({ runId }) => journal.load(runId)));
      expect(await Promise.all(together.map(savedOf))).toEqual(runs.map(({ words }) => words));
    },
  },
  {
    name: 'what is appended after a load is not in it',
    async run({ journal }) {
      const run = await begun(journal, 2);
      const loaded = await load(journal, run.runId);
      await appendOne(journal, run.item(3));
      const seqs: number[] = [];
      for await (const page of loaded.entries) seqs.push(...page.map(({ seq }) => seq));
      expect(seqs).toEqual([0, 1, 2]);
    },
  },
  {
    name: 'a load begins at the last snapshot',
    async run({ journal, reopen }) {
      const run = await begun(journal, 2);
      const snapshot = (seq: number) =>
        ({ entry: run.entry(seq, [['SNAPSHOT', { upTo: seq }]], { kind: 'snapshot' }), durability: 'full' }) as const;
      for (const item of [snapshot(3), run.item(4), snapshot(5), run.item(6)]) expect(await appendOne(journal, item)).toBe('ok');
      for (const connect of [async () => journal, reopen]) {
        const one = await connect();
        const entries = await entriesOf(one, run.runId);
        expect(entries.map(({ seq, kind }) => [seq, kind])).toEqual([
          [5, 'snapshot'],
          [6, 'step'],
        ]);
        expect(entries[0]?.transitions).toEqual([['SNAPSHOT', { upTo: 5 }]]);
      }
    },
  },
  {
    name: 'a reader may begin with the first entry, though there is a snapshot, and go on after those that it has',
    async run({ journal, reopen }) {
      const run = await begun(journal, 2);
      const snapshot = { entry: run.entry(3, [['SNAPSHOT', { upTo: 3 }]], { kind: 'snapshot' }), durability: 'full' } as const;
      for (const item of [snapshot, run.item(4), run.item(5, { transitions: [['RUNNING', 3]] })])
        expect(await appendOne(journal, item)).toBe('ok');
      const seqsOf = async (one: Journal, options: LoadOptions): Promise<number[]> => {
        const seqs: number[] = [];
        for await (const page of (await one.load(run.runId, options))?.entries ?? []) seqs.push(...page.map(({ seq }) => seq));
        return seqs;
      };
      for (const connect of [async () => journal, reopen]) {
        const one = await connect();
        expect(await seqsOf(one, { whole: true })).toEqual([0, 1, 2, 3, 4, 5]);
        expect(await seqsOf(one, { after: { seq: 1, atoms: 4 } })).toEqual([2, 3, 4, 5]);
        expect(await seqsOf(one, { after: { seq: 4, atoms: 4 } })).toEqual([5]);
        expect(await seqsOf(one, { after: { seq: 5, atoms: 4 } })).toEqual([]);
        expect(await seqsOf(one, { after: { seq: 70, atoms: 4 } })).toEqual([]);
        const loaded = await one.load(run.runId, { after: { seq: 4, atoms: 4 } });
        expect(loaded).toMatchObject({ summary: { key: run.create.key }, shape: { fingerprint: shape.fingerprint, atoms: [] }, inbox: [] });
        // The atoms that the reader knows of are those that count.
        expect(await one.load(sampleRun().runId, { after: { seq: 0, atoms: 4 } })).toBeUndefined();
        await expect(seqsOf(one, { after: { seq: 4, atoms: 3 } })).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' });
      }
    },
  },
  {
    name: 'every kind of transition comes back as it was',
    async run({ journal }) {
      const failure = {
        name: 'TypeError',
        message: 'no',
        code: 'E1',
        data: { a: [1] },
        stack: 'at x',
        permanent: true,
        cause: { name: 'Error', message: '' },
      } as const;
      const transitions: readonly Transition[] = [
        ['RUN', 'RUNNING'],
        ['TAKEOVER', [1, 3]],
        ['INTEND', 'REVERT', 0, 4],
        ['RESET', 1, 3],
        ['RUNNING', 1],
        ['RUNNING', 2],
        ['RUNNING', 3],
        ['RUNNING', 1],
        ['SUCCESS', 0],
        ['SUCCESS', 1],
        ['SUCCESS', 2, { volume: 'v-1' }],
        ['SUCCESS', 3, null],
        ['FAILURE', 1, failure],
        ['INTERRUPTED', 2, failure],
        ['REVERTING', 3],
        ['REVERTED', 3],
        ['REVERTED', 2],
        ['REVERT_FAILURE', 1, failure],
        ['RETRYING', 0],
        ['WITHDRAWN', 1],
        ['WITHDRAWN', 2],
        ['SAVED', 1, [1, 'two']],
      ];
      const run = await begun(journal);
      expect(await appendOne(journal, run.item(1, { transitions }))).toBe('ok');
      expect((await entriesOf(journal, run.runId))[1]?.transitions).toEqual(transitions);
    },
  },
  {
    name: 'the start of many atoms at once comes back whole',
    async run({ journal }) {
      const atoms = Array.from({ length: 3_000 }, (_, index) => [`task-${index}`, 'task'] as const);
      const run = await begun(journal, 0, { shape: { ...shape, fingerprint: 'wide', atoms } });
      const transitions = atoms.map((_, index) => ['RUNNING', index] as const);
      await appendOne(journal, run.item(1, { transitions }));
      expect((await entriesOf(journal, run.runId))[1]?.transitions).toEqual(transitions);
      expect((await load(journal, run.runId)).shape.atoms).toEqual(atoms);
    },
  },
  {
    name: 'opening anew keeps everything',
    async run({ journal, reopen }) {
      const run = await begun(journal, 3, { key: 'kept' });
      await appendOne(journal, run.item(4, { summary: { state: 'SUSPENDED' } }));
      await journal.send({ id: 'm-1', runId: run.runId, kind: 'suspend', payload: { why: 'lunch' } });
      const before = await load(journal, run.runId);
      const entries = await entriesOf(journal, run.runId);
      const again = await reopen();
      const after = await load(again, run.runId);
      expect(after.summary).toEqual(before.summary);
      expect(after.shape).toEqual(before.shape);
      expect(after.inbox).toEqual([{ id: 'm-1', runId: run.runId, kind: 'suspend', payload: { why: 'lunch' } }]);
      expect(await entriesOf(again, run.runId)).toEqual(entries);
      expect((await again.find({ key: 'kept' }))?.runId).toBe(run.runId);
      expect(await appendOne(again, run.item(5))).toBe('ok');
      expect(await again.createRun(run.create)).toMatchObject({ kind: 'exists' });
    },
  },
];
