import { expect } from 'vitest';
import type { InboxMessage } from '../../../src/persistence/index.js';
import type { JournalCase } from './rig.js';
import { appendOne, begun, load, sampleRun } from './samples.js';

const suspend = (runId: string, id: string): InboxMessage => ({ id, runId, kind: 'suspend' });

export const inboxCases: readonly JournalCase[] = [
  {
    name: 'messages wait in the order in which they came, each once',
    async run({ journal, second }) {
      const run = await begun(journal);
      const messages = ['m-2', 'm-1', 'm-3'].map((id) => ({ ...suspend(run.runId, id), payload: { id } }));
      for (const message of messages) await journal.send(message);
      await (await second()).send(messages[0] as InboxMessage);
      expect((await load(journal, run.runId)).inbox).toEqual(messages);
    },
  },
  {
    name: 'a message without payload has none',
    async run({ journal }) {
      const run = await begun(journal);
      await journal.send(suspend(run.runId, 'm-1'));
      await journal.send({ ...suspend(run.runId, 'm-2'), payload: null });
      expect((await load(journal, run.runId)).inbox).toEqual([suspend(run.runId, 'm-1'), { ...suspend(run.runId, 'm-2'), payload: null }]);
    },
  },
  {
    name: 'a message to nobody is RUN_NOT_FOUND',
    async run({ journal }) {
      await expect(journal.send(suspend(sampleRun().runId, 'm-1'))).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    },
  },
  {
    name: 'an append deletes exactly the messages that it uses up',
    async run({ journal, reopen }) {
      const [run, other] = [await begun(journal), await begun(journal)];
      for (const id of ['m-1', 'm-2', 'm-3']) await journal.send(suspend(run.runId, id));
      await journal.send(suspend(other.runId, 'm-9'));
      const consume = ['m-1', 'm-3', 'm-9', 'never sent'];
      expect(await appendOne(journal, run.item(1, { consume, summary: { state: 'SUSPENDED' } }))).toBe('ok');
      for (const connect of [async () => journal, reopen]) {
        const one = await connect();
        expect((await load(one, run.runId)).inbox).toEqual([suspend(run.runId, 'm-2')]);
        expect((await load(one, other.runId)).inbox).toEqual([suspend(other.runId, 'm-9')]);
      }
    },
  },
  {
    name: 'in a batch each append uses up its own messages',
    async run({ journal }) {
      const [a, b] = [await begun(journal), await begun(journal)];
      for (const { runId } of [a, b]) for (const id of ['m-1', 'm-2']) await journal.send(suspend(runId, `${id}-${runId}`));
      const consume = [`m-1-${a.runId}`, `m-2-${b.runId}`];
      await journal.append([a.item(1, { consume }), b.item(1, { consume: [`m-2-${b.runId}`] })]);
      expect((await load(journal, a.runId)).inbox.map(({ id }) => id)).toEqual([`m-2-${a.runId}`]);
      expect((await load(journal, b.runId)).inbox.map(({ id }) => id)).toEqual([`m-1-${b.runId}`]);
    },
  },
  {
    name: 'a stale append uses up nothing',
    async run({ journal }) {
      const run = await begun(journal, 1);
      await journal.send(suspend(run.runId, 'm-1'));
      expect(await appendOne(journal, run.item(1, { consume: ['m-1'] }))).toBe('stale');
      expect(await appendOne(journal, run.item(4, { consume: ['m-1'] }))).toBe('stale');
      expect((await load(journal, run.runId)).inbox).toHaveLength(1);
    },
  },
  {
    name: 'a tick brings the messages of this owner, until they are used up',
    async run({ journal, second, leaseMs }) {
      const [run, other] = [await begun(journal), await begun(journal)];
      const outsider = await second();
      await outsider.send(suspend(run.runId, 'm-1'));
      await outsider.send(suspend(other.runId, 'm-2'));
      const tick = async () => (await journal.tick({ owner: run.writer, leaseMs, watch: [] })).messages;
      expect(await tick()).toEqual([suspend(run.runId, 'm-1')]);
      expect(await tick()).toEqual([suspend(run.runId, 'm-1')]);
      await appendOne(journal, run.item(1, { consume: ['m-1'] }));
      expect(await tick()).toEqual([]);
    },
  },
];
