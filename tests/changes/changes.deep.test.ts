import fc from 'fast-check';
import { expect, test } from 'vitest';
import { histories } from './history.js';
import { lived, nothingMet } from './lived.js';

/** Printed by `npm run test:deep`, and taken from it. */
const SEED = Number(process.env.FLOWPROOF_SEED ?? 1);
const RUNS = Number(process.env.FLOWPROOF_RUNS ?? 150);
/** More writes than any of these runs needs. */
const MAX_WRITES = 80;

test('a run whose flow changes while it is under way, and whose processes die at any write, keeps what was decided and done', async () => {
  const met = nothingMet();
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      for (let write = 0; write < MAX_WRITES; write++) {
        const until = write % 2 === 0 ? 'die-after' : 'die-before';
        const { wrong, died } = await lived(
          history,
          { until, at: write, executor: history.shifts[0]?.executor ?? 'serial', cancels: false },
          met,
        );
        expect(wrong, `it dies at write ${write}`).toEqual([]);
        if (!died) break;
      }
    }),
    { seed: SEED, numRuns: RUNS },
  );
  console.log(JSON.stringify(met));
  expect(met.safe).toBeGreaterThan(RUNS / 4);
});
