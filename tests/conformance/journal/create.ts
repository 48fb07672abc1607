import { expect } from 'vitest';
import type { JournalCase } from './rig.js';
import { begun, entriesOf, load, sampleRun, shape } from './samples.js';

export const createCases: readonly JournalCase[] = [
  {
    name: 'a created run has its summary, its shape and its first entry',
    async run({ journal }) {
      const run = sampleRun();
      expect(await journal.createRun(run.create)).toEqual({ kind: 'created' });
      const loaded = await load(journal, run.runId);
      const { entry, key, flow, version, inputsHash } = run.create;
      const createdAtMs = entry.atMs;
      const facts = { runId: run.runId, key, flow, version, fingerprint: shape.fingerprint, inputsHash, state: 'RUNNING', createdAtMs };
      expect(loaded.summary).toEqual({ ...facts, owner: { id: run.writer, alive: false } });
      expect(loaded.shape).toEqual(shape);
      expect(loaded.inbox).toEqual([]);
      expect(await entriesOf(journal, run.runId)).toEqual([entry]);
    },
  },
  {
    name: 'a key that is taken gives the run that has it and writes nothing',
    async run({ journal, second }) {
      const first = await begun(journal, 1, { key: 'order-42' });
      const other = sampleRun({ key: 'order-42', inputsHash: 'hash-2', shape: { ...shape, fingerprint: 'sample-2' } });
      const result = await (await second()).createRun(other.create);
      expect(result).toMatchObject({ kind: 'exists', run: { runId: first.runId, key: 'order-42', inputsHash: 'hash-1' } });
      expect(await journal.load(other.runId)).toBeUndefined();
      expect(await journal.find({ runId: other.runId })).toBeUndefined();
      expect(await entriesOf(journal, first.runId)).toHaveLength(2);
    },
  },
  {
    name: 'the same creation twice says that it exists, with this very run',
    async run({ journal }) {
      const run = await begun(journal);
      expect(await journal.createRun(run.create)).toMatchObject({ kind: 'exists', run: { runId: run.runId } });
      expect(await entriesOf(journal, run.runId)).toHaveLength(1);
    },
  },
  {
    name: 'of two creations with one key at the same time one wins',
    async run({ journal, second }) {
      const other = await second();
      const runs = [sampleRun({ key: 'order-7' }), sampleRun({ key: 'order-7' })] as const;
      const results = await Promise.all([journal.createRun(runs[0].create), other.createRun(runs[1].create)]);
      expect(results.map(({ kind }) => kind).sort()).toEqual(['created', 'exists']);
      const winner = runs[results.findIndex(({ kind }) => kind === 'created')];
      expect(results.find(({ kind }) => kind === 'exists')).toMatchObject({ run: { runId: winner?.runId } });
      expect((await journal.find({ key: 'order-7' }))?.runId).toBe(winner?.runId);
    },
  },
  {
    name: 'a shape is kept once for all runs that have it',
    async run({ journal }) {
      const [first, next] = [await begun(journal), await begun(journal)];
      for (const { runId } of [first, next]) expect((await load(journal, runId)).shape).toEqual(shape);
    },
  },
  {
    name: 'a run that nobody is to have is created without an owner',
    async run({ journal }) {
      const run = await begun(journal, 0, { owner: null, state: 'SUCCESS' });
      const summary = await journal.find({ runId: run.runId });
      expect(summary).toMatchObject({ state: 'SUCCESS' });
      expect(summary).not.toHaveProperty('owner');
    },
  },
];
