import { expect } from 'vitest';
import { type InboxMessage, MAX_SIGNALS } from '../../../src/persistence/index.js';
import type { JournalCase } from './rig.js';
import { appendOne, begun, load, type SampleRun, sampleRun } from './samples.js';

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
    name: 'a run that ends takes what is in its inbox with it, but what an operator asks of one that failed',
    async run({ journal, reopen }) {
      const kinds = ['suspend', 'cancel', 'retryRevert', 'skipRevert'] as const;
      const ends = ['SUCCESS', 'REVERTED', 'CANCELLED', 'FAILURE'] as const;
      const runs = [];
      for (const state of ends) {
        const run = await begun(journal);
        for (const kind of kinds) await journal.send({ id: `${kind} ${state}`, runId: run.runId, kind, payload: 'f/a' });
        runs.push({ state, run });
      }
      await journal.append(runs.map(({ run, state }) => run.item(1, { consume: [`cancel ${state}`], summary: { state, owner: null } })));
      for (const connect of [async () => journal, reopen]) {
        const one = await connect();
        for (const { run, state } of runs) {
          const left = state === 'FAILURE' ? ['retryRevert FAILURE', 'skipRevert FAILURE'] : [];
          expect((await load(one, run.runId)).inbox.map(({ id }) => id)).toEqual(left);
        }
      }
    },
  },
  {
    name: 'an append that ends a run says which signals that leaves unheard',
    async run({ journal, second }) {
      const signal = (runId: string, id: string): InboxMessage => ({ id, runId, kind: 'signal', payload: { name: 'go', payload: id } });
      const [ended, resting, other] = [await begun(journal), await begun(journal), await begun(journal)];
      const outsider = await second();
      await outsider.send(suspend(ended.runId, 'wish'));
      for (const id of ['m-1', 'm-2', 'm-3']) for (const { runId } of [ended, resting, other]) await outsider.send(signal(runId, id));
      const results = await journal.append([
        ended.item(1, { consume: ['m-1'], summary: { state: 'SUCCESS', owner: null } }),
        resting.item(1, { consume: ['m-1'], summary: { state: 'SUSPENDED', owner: null } }),
        other.item(1, { consume: ['m-1', 'm-2', 'm-3'], summary: { state: 'FAILURE', owner: null } }),
      ]);
      const unheard = ['m-2', 'm-3'].map((id) => signal(ended.runId, id));
      const [first, ...rest] = results.map((result) => (result.kind === 'ok' ? (result.unheard ?? []) : result));
      expect(rest).toEqual([[], []]);
      expect(first).toHaveLength(2);
      expect(first).toEqual(expect.arrayContaining(unheard));
      await outsider.send(signal(resting.runId, 'm-4'));
      expect((await load(journal, resting.runId)).inbox.map(({ id }) => id)).toEqual(['m-2', 'm-3', 'm-4']);
    },
  },
  {
    name: 'a message of a kind that only a newer version knows is handed out, and stays when the run ends',
    async run({ journal, second, reopen, leaseMs }) {
      const run = await begun(journal);
      const message = { ...suspend(run.runId, 'm-1'), kind: 'answer', payload: 'approved' } as unknown as InboxMessage;
      await (await second()).send(message);
      expect((await journal.tick({ owner: run.writer, leaseMs, watch: [] })).messages).toEqual([message]);
      await appendOne(journal, run.item(1, { summary: { state: 'SUCCESS', owner: null } }));
      for (const connect of [async () => journal, reopen]) {
        expect((await load(await connect(), run.runId)).inbox).toEqual([message]);
      }
    },
  },
  {
    name: 'a message to a run that has ended is RUN_ENDED, but for what an operator asks of one that failed',
    async run({ journal, second }) {
      const outsider = await second();
      for (const state of ['SUCCESS', 'REVERTED', 'CANCELLED', 'FAILURE'] as const) {
        const run = await begun(journal);
        await appendOne(journal, run.item(1, { summary: { state, owner: null } }));
        for (const kind of ['suspend', 'cancel', 'signal', 'retryRevert', 'skipRevert'] as const) {
          const sent = outsider.send({ id: kind, runId: run.runId, kind, payload: 'f/a' });
          if (state === 'FAILURE' && kind.endsWith('Revert')) await sent;
          else await expect(sent).rejects.toMatchObject({ code: 'RUN_ENDED', runId: run.create.key, state });
        }
        await appendOne(journal, run.item(2, { summary: { state: 'RUNNING', owner: run.writer } }));
        await outsider.send(suspend(run.runId, 'm-1'));
        expect((await load(journal, run.runId)).inbox.map(({ id }) => id).at(-1)).toBe('m-1');
      }
    },
  },
  {
    name: 'of a message and the end of its run at the same moment, the message is refused or gone with the run',
    async run({ journal, second }) {
      const outsider = await second();
      const runs: SampleRun[] = [];
      for (let index = 0; index < 20; index++) runs.push(await begun(journal));
      const ends = Promise.all(runs.map((run) => appendOne(journal, run.item(1, { summary: { state: 'SUCCESS', owner: null } }))));
      const sent = await Promise.allSettled(runs.map(({ runId }) => outsider.send(suspend(runId, 'm-1'))));
      expect(await ends).toEqual(runs.map(() => 'ok'));
      for (const one of sent) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'RUN_ENDED', state: 'SUCCESS' });
      for (const { runId } of runs) await expect(outsider.send(suspend(runId, 'm-2'))).rejects.toMatchObject({ code: 'RUN_ENDED' });
    },
  },
  {
    name: 'a signal beyond those that may wait is SIGNALS_FULL, but for one that is there, and others find their place',
    async run({ journal, second }) {
      const [run, other] = [await begun(journal), await begun(journal)];
      const outsider = await second();
      const signal = (runId: string, id: string): InboxMessage => ({ id, runId, kind: 'signal', payload: { name: 'go' } });
      const ids = Array.from({ length: MAX_SIGNALS }, (_, index) => `m-${index}`);
      for (let from = 0; from < ids.length; from += 50) {
        await Promise.all(ids.slice(from, from + 50).map((id) => journal.send(signal(run.runId, id))));
      }
      await expect(outsider.send(signal(run.runId, 'further'))).rejects.toMatchObject({
        code: 'SIGNALS_FULL',
        runId: run.create.key,
        signals: MAX_SIGNALS,
      });
      await outsider.send(signal(run.runId, 'm-7'));
      await outsider.send(suspend(run.runId, 'wish'));
      await outsider.send(signal(other.runId, 'm-1'));
      expect((await load(journal, run.runId)).inbox).toHaveLength(MAX_SIGNALS + 1);
      await appendOne(journal, run.item(1, { consume: ['m-0'] }));
      await outsider.send(signal(run.runId, 'further'));
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
