import { expect } from 'vitest';
import type { JournalCase } from './rig.js';
import { appendOne, begun, load, sampleRun } from './samples.js';

export const leaseCases: readonly JournalCase[] = [
  {
    name: 'an owner lives from its tick until its lease is over',
    async run({ journal, second, leaseMs, afterLease }) {
      const run = await begun(journal);
      const other = await second();
      const alive = async () => (await other.find({ runId: run.runId }))?.owner?.alive;
      expect(await alive()).toBe(false);
      await journal.tick({ owner: run.writer, leaseMs: 60_000, watch: [] });
      expect(await alive()).toBe(true);
      expect((await load(other, run.runId)).summary.owner).toEqual({ id: run.writer, alive: true });
      expect((await other.runs({})).runs[0]?.owner).toEqual({ id: run.writer, alive: true });
      await journal.tick({ owner: run.writer, leaseMs, watch: [] });
      await afterLease();
      expect(await alive()).toBe(false);
      await journal.tick({ owner: run.writer, leaseMs: 60_000, watch: [] });
      expect(await alive()).toBe(true);
    },
  },
  {
    name: 'a released owner is dead at once',
    async run({ journal }) {
      const run = await begun(journal);
      await journal.tick({ owner: run.writer, leaseMs: 60_000, watch: [] });
      await journal.release(run.writer);
      expect((await journal.find({ runId: run.runId }))?.owner).toEqual({ id: run.writer, alive: false });
      await journal.release(sampleRun().writer);
    },
  },
  {
    name: 'a tick brings the summaries of the watched runs',
    async run({ journal, second, leaseMs }) {
      const [run, other] = [await begun(journal), await begun(journal)];
      const watcher = await second();
      await journal.tick({ owner: run.writer, leaseMs: 60_000, watch: [] });
      const watch = [run.runId, other.runId, sampleRun().runId];
      const tick = async () => (await watcher.tick({ owner: sampleRun().writer, leaseMs, watch })).watched;
      const found = await Promise.all([run, other].map(({ runId }) => watcher.find({ runId })));
      expect(sorted(await tick())).toEqual(found);
      await appendOne(journal, run.item(1, { summary: { state: 'SUCCESS', owner: null } }));
      expect(sorted(await tick())[0]).toMatchObject({ runId: run.runId, state: 'SUCCESS' });
    },
  },
];

function sorted<T extends { readonly runId: string }>(runs: readonly T[]): readonly T[] {
  return [...runs].sort((a, b) => (a.runId < b.runId ? -1 : 1));
}
