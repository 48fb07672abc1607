import { expect } from 'vitest';
import type { AppendItem, Journal } from '../../../src/persistence/index.js';
import type { JournalCase, JournalRig } from './rig.js';
import { appendOne, begun, entriesOf, sampleRun } from './samples.js';

type Within = NonNullable<JournalRig['transaction']>;

/** Of a store that says it is transactional; a rig without transactions is a mistake there. */
function withinOf({ transaction }: JournalRig): Within {
  if (transaction === undefined) throw new Error('this rig has no transactions, and its store says that it takes part in them');
  return transaction;
}

async function appendIn(journal: Journal, transaction: unknown, item: AppendItem): Promise<string> {
  const result = await journal.appendIn?.(transaction, item);
  return result?.kind ?? 'no appendIn';
}

/** For stores that take part in transactions of the user's. */
export const transactionCases: readonly JournalCase[] = [
  {
    name: 'in a transaction: it says so, and has what it says',
    async run({ journal }) {
      expect(journal.capabilities.transactional).toBe(true);
      expect(journal.appendIn).toBeTypeOf('function');
    },
  },
  {
    name: 'in a transaction: an entry is there when that is committed, and for nobody before',
    async run(rig) {
      const { journal } = rig;
      const [run, other] = [await begun(journal, 1), await rig.second()];
      const item = run.item(2);
      await withinOf(rig)(async (transaction) => {
        expect(await appendIn(journal, transaction, item)).toBe('ok');
        expect(await entriesOf(other, run.runId)).toHaveLength(2);
        return true;
      });
      expect((await entriesOf(other, run.runId))[2]).toEqual(item.entry);
      expect(await appendOne(journal, run.item(3))).toBe('ok');
    },
  },
  {
    name: 'in a transaction: an entry is gone when that is rolled back, and its place is free',
    async run(rig) {
      const { journal } = rig;
      const run = await begun(journal, 1);
      await withinOf(rig)(async (transaction) => {
        expect(await appendIn(journal, transaction, run.item(2))).toBe('ok');
        return false;
      });
      expect(await entriesOf(journal, run.runId)).toHaveLength(2);
      expect(await appendOne(journal, run.item(2))).toBe('ok');
    },
  },
  {
    name: 'in a transaction: summary and inbox change with the entry, and only if it stays',
    async run(rig) {
      const { journal } = rig;
      const run = await begun(journal);
      await journal.send({ id: 'm-1', runId: run.runId, kind: 'suspend' });
      const item = run.item(1, { summary: { state: 'SUCCESS', owner: null }, consume: ['m-1'] });
      const look = async () => {
        const loaded = await journal.load(run.runId);
        return [loaded?.summary.state, loaded?.inbox.map(({ id }) => id)];
      };
      for (const isKept of [false, true]) {
        expect(await look()).toEqual(['RUNNING', ['m-1']]);
        await withinOf(rig)(async (transaction) => {
          expect(await appendIn(journal, transaction, item)).toBe('ok');
          return isKept;
        });
      }
      expect(await look()).toEqual(['SUCCESS', []]);
    },
  },
  {
    name: 'in a transaction: a place that is taken, a hole and a lower epoch are stale',
    async run(rig) {
      const { journal } = rig;
      const run = await begun(journal, 1);
      const heir = run.by(sampleRun().writer);
      expect(await appendOne(journal, heir.item(2, { epoch: 1 }))).toBe('ok');
      for (const item of [run.item(2), run.item(3), run.item(4), heir.item(2, { epoch: 1 })]) {
        await withinOf(rig)(async (transaction) => {
          expect(await appendIn(journal, transaction, item)).toBe('stale');
          return false;
        });
      }
      expect(await entriesOf(journal, run.runId)).toHaveLength(3);
    },
  },
  {
    name: 'in a transaction: the same entry by the ordinary way is mine afterwards, or goes in',
    async run(rig) {
      const { journal } = rig;
      for (const [isKept, kind] of [
        [true, 'mine'],
        [false, 'ok'],
      ] as const) {
        const run = await begun(journal);
        const item = run.item(1);
        await withinOf(rig)(async (transaction) => {
          expect(await appendIn(journal, transaction, item)).toBe('ok');
          return isKept;
        });
        expect(await appendOne(journal, item)).toBe(kind);
      }
    },
  },
  {
    name: 'in a transaction: whoever wants the same place waits for its end, and then is told the truth',
    async run(rig) {
      const { journal } = rig;
      const other = await rig.second();
      for (const [isKept, kind] of [
        [true, 'stale'],
        [false, 'ok'],
      ] as const) {
        const run = await begun(journal);
        const rival = run.by(sampleRun().writer).item(1);
        const insist = async (): Promise<string> => {
          let said = 'unknown';
          while (said === 'unknown') said = await appendOne(other, rival);
          return said;
        };
        let waiting: Promise<string> = Promise.resolve('');
        await withinOf(rig)(async (transaction) => {
          expect(await appendIn(journal, transaction, run.item(1))).toBe('ok');
          expect(await appendOne(other, rival)).toBe('unknown');
          waiting = insist();
          return isKept;
        });
        expect(await waiting).toBe(kind);
      }
    },
  },
  {
    name: 'in a transaction: an entry of a run that is not in this store is refused, as the transaction may be elsewhere',
    async run(rig) {
      await withinOf(rig)(async (transaction) => {
        expect(await appendIn(rig.journal, transaction, sampleRun().item(1))).toBe('refused');
        return false;
      });
    },
  },
];

/** For all others. */
export const noTransactionCases: readonly JournalCase[] = [
  {
    name: 'takes part in no transactions: says so, and writes nothing when it is asked to',
    async run({ journal, transaction }) {
      expect(transaction).toBeUndefined();
      expect(journal.capabilities.transactional).toBe(false);
      const run = await begun(journal);
      const said = await appendIn(journal, {}, run.item(1)).catch(() => 'rejected');
      expect(['no appendIn', 'unknown', 'rejected']).toContain(said);
      expect(await entriesOf(journal, run.runId)).toHaveLength(1);
    },
  },
];
