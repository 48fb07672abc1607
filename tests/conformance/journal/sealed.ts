import { expect } from 'vitest';
import type { Transition } from '../../../src/persistence/index.js';
import type { JournalCase } from './rig.js';
import { appendOne, begun, entriesOf } from './samples.js';

/** For stores; a journal around one may take them for values. */
export const sealedCases: readonly JournalCase[] = [
  {
    name: 'what stands for a value is not given out as one, unless it is asked for as it is',
    async run({ journal }) {
      const standing: readonly Transition[] = [
        ['SUCCESS', 1, { '~sealed': 'k1.x' }],
        ['SAVED', 1, { '~offloaded': 'x' }],
        ['FAILURE', 1, { name: '~sealed', message: 'k1.x' }],
      ];
      for (const transition of standing) {
        const run = await begun(journal, 1);
        expect(await appendOne(journal, run.item(2, { transitions: [transition] }))).toBe('ok');
        await expect(entriesOf(journal, run.runId)).rejects.toMatchObject({ code: 'JOURNAL_SEALED', runId: run.runId, seq: 2 });
        const loaded = await journal.load(run.runId, { raw: true });
        const seen: Transition[] = [];
        for await (const page of loaded?.entries ?? []) for (const entry of page) seen.push(...entry.transitions);
        expect(seen.at(-1)).toEqual(transition);
      }
    },
  },
  {
    name: 'a value that only looks like it is a value',
    async run({ journal }) {
      const run = await begun(journal);
      const transitions: readonly Transition[] = [
        ['SAVED', 1, { '~object': { '~sealed': 'x' } }],
        ['SAVED', 1, '~sealed'],
        ['SAVED', 1, { '~sealed': 7 }],
        ['SAVED', 1, ['~offloaded']],
      ];
      expect(await appendOne(journal, run.item(1, { transitions }))).toBe('ok');
      expect((await entriesOf(journal, run.runId))[1]?.transitions).toEqual(transitions);
    },
  },
];
