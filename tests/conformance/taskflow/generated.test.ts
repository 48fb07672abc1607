import fc from 'fast-check';
import { serial } from 'flowproof';
import { rounds } from 'flowproof/testing';
import { expect, test } from 'vitest';
import { FAULTS, hurt, undisturbed } from './crash.js';
import { generatedCase } from './generated.js';

/** Printed by `npm run test:deep`, and taken from it; every day the same few. */
const SEED = Number(process.env.FLOWPROOF_SEED ?? 1);
const RUNS = process.env.FLOWPROOF_SEED === undefined ? 25 : Number(process.env.FLOWPROOF_CASES ?? 120);

test.each([serial, rounds])('a generated flow that is hurt at any of its writes ends as if nothing had happened: %o', {
  timeout: 600_000,
}, async (executor) => {
  let hurts = 0;
  await fc.assert(
    fc.asyncProperty(generatedCase, async ({ recorded, restAfter }) => {
      const ways = { executor: executor(), restAfter };
      const end = await undisturbed(recorded, ways);
      for (let write = 0; write < (end?.writes ?? 0); write++) {
        for (const fault of FAULTS) {
          hurts++;
          expect((await hurt(recorded, [{ write, fault }], ways))?.text, `${fault} at write ${write}`).toBe(end?.text);
        }
      }
    }),
    { seed: SEED, numRuns: RUNS },
  );
  expect(hurts).toBeGreaterThan(RUNS);
});
