import { expect } from 'vitest';
import type { InboxMessage, Journal, RunSummary } from '../../../src/persistence/index.js';
import type { JournalCase } from './rig.js';
import { appendOne, begun, type SampleRun, sampleRun } from './samples.js';

const message = ({ runId }: SampleRun, kind: InboxMessage['kind']): InboxMessage => ({ id: sampleRun().writer, runId, kind });
const LEFT = { state: 'CANCELLED', partial: true, owner: null } as const;

async function take(journal: Journal, owner: string): Promise<readonly RunSummary[]> {
  const take = {
    flows: ['provision'],
    limit: 100,
    format: 2,
    except: [],
    thorough: false,
    aheadMs: 0,
    nowMs: Date.now(),
    asleepOnly: false,
  };
  return (await journal.tick({ owner, leaseMs: 60_000, watch: [], take })).take?.taken ?? [];
}

/** Runs that were cancelled where they were. */
export const partialCases: readonly JournalCase[] = [
  {
    name: 'a run that was cancelled where it was says so, until it goes on',
    async run({ journal, reopen }) {
      const [run, whole] = [await begun(journal), await begun(journal)];
      await journal.append([run.item(1, { summary: LEFT }), whole.item(1, { summary: { state: 'CANCELLED', owner: null } })]);
      for (const connect of [async () => journal, reopen]) {
        const one = await connect();
        expect(await one.find({ runId: run.runId })).toMatchObject({ state: 'CANCELLED', partial: true });
        expect(await one.find({ runId: whole.runId })).not.toHaveProperty('partial');
        expect((await one.runs({ states: ['CANCELLED'], limit: 2 })).runs.filter(({ partial }) => partial)).toHaveLength(1);
        expect((await one.load(run.runId))?.summary.partial).toBe(true);
      }
      const later = await reopen();
      await appendOne(later, run.item(2, { epoch: 1 }));
      expect(await later.find({ runId: run.runId }), 'a step that does not move the run leaves that').toMatchObject({ partial: true });
      await appendOne(later, run.item(3, { epoch: 1, summary: { state: 'RUNNING', owner: run.writer } }));
      expect(await later.find({ runId: run.runId })).not.toHaveProperty('partial');
    },
  },
  {
    name: 'of such a run may be asked that it is undone, and nothing else; whoever has its flow takes it for that',
    async run({ journal, second }) {
      const run = await begun(journal);
      await appendOne(journal, run.item(1, { summary: LEFT }));
      const asking = await second();
      for (const kind of ['suspend', 'halt', 'retryFailed', 'retryRevert', 'skipRevert'] as const)
        await expect(asking.send(message(run, kind)), kind).rejects.toMatchObject({ code: 'RUN_ENDED' });
      await expect(asking.send({ ...message(run, 'signal'), payload: { name: 'go' } })).rejects.toMatchObject({ code: 'RUN_ENDED' });
      const owner = sampleRun().writer;
      expect(await take(journal, owner)).toEqual([]);
      await asking.send(message(run, 'cancel'));
      expect((await take(journal, owner)).map(({ runId }) => runId)).toEqual([run.runId]);
      expect((await journal.load(run.runId))?.inbox.map(({ kind }) => kind)).toEqual(['cancel']);
      await journal.giveBack(owner, [run.runId], { atRest: true });
      expect(await take(journal, owner)).toEqual([]);
    },
  },
  {
    name: 'what was asked while it ended stays only if it may be undone yet, and lets it go on',
    async run({ journal }) {
      const [run, whole] = [await begun(journal), await begun(journal)];
      for (const one of [run, whole]) for (const kind of ['cancel', 'suspend', 'halt'] as const) await journal.send(message(one, kind));
      await journal.append([run.item(1, { summary: LEFT }), whole.item(1, { summary: { state: 'CANCELLED', owner: null } })]);
      expect((await journal.load(run.runId))?.inbox.map(({ kind }) => kind)).toEqual(['cancel']);
      expect((await journal.load(whole.runId))?.inbox).toEqual([]);
      expect((await take(journal, sampleRun().writer)).map(({ runId }) => runId)).toEqual([run.runId]);
    },
  },
  {
    name: 'a message lets a run end where it is, also one that rests',
    async run({ journal }) {
      const run = await begun(journal);
      await appendOne(journal, run.item(1, { summary: { state: 'SUSPENDED', owner: null } }));
      await journal.send({ ...message(run, 'halt'), payload: 'closed' });
      expect(await take(journal, sampleRun().writer)).toHaveLength(1);
      expect((await journal.load(run.runId))?.inbox).toMatchObject([{ kind: 'halt', payload: 'closed' }]);
    },
  },
];
