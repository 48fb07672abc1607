import { fileURLToPath } from 'node:url';
import { type ExecutorChoice, serial } from 'flowproof';
import { rounds } from 'flowproof/testing';
import { describe, expect, test } from 'vitest';
import { vectorsIn } from './conform.js';
import { FAULTS, hurt, type Point, undisturbed } from './crash.js';

/** Printed by `npm run test:deep`, and taken from it. */
const SEED = Number(process.env.FLOWPROOF_SEED ?? 1);
/** Each time one recorded case of so many. */
const ONE_OF = Number(process.env.FLOWPROOF_ONE_OF ?? 3);
const VECTORS = ['hand', 'random']
  .flatMap((name) => vectorsIn(fileURLToPath(new URL(`./vectors/${name}.jsonl`, import.meta.url))))
  // What TaskFlow refuses may have two atoms of one name here.
  .filter(({ expect: { status } }) => status !== 'invalid')
  .filter((_, index) => (index + SEED) % ONE_OF === 0);
const AT_ONCE = 100;
const BATCHES = Array.from({ length: Math.ceil(VECTORS.length / AT_ONCE) }, (_, index) => index * AT_ONCE);

/** One after another, and all that is ready at once. */
const EXECUTORS: readonly ExecutorChoice[] = [serial(), rounds()];
const WAYS = EXECUTORS.flatMap((executor) => BATCHES.map((from) => [executor.kind, from, executor] as const));

describe('a case that is hurt at any of its writes ends as if nothing had happened, and does no work twice that was done', () => {
  test.each(WAYS)('%s, from case %i', async (_, from, executor) => {
    const wrong: string[] = [];
    for (const { case: recorded } of VECTORS.slice(from, from + AT_ONCE)) {
      const end = await undisturbed(recorded, { executor });
      for (let write = 0; write < (end?.writes ?? 0); write++) {
        for (const fault of FAULTS) {
          if ((await hurt(recorded, [{ write, fault }], { executor }))?.text !== end?.text) {
            wrong.push(`${recorded.name}: ${fault} at write ${write}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each(BATCHES)('and one that dies again and again does, from case %i', async (from) => {
    const wrong: string[] = [];
    const random = numbersFrom(SEED + from);
    for (const { case: recorded } of VECTORS.slice(from, from + AT_ONCE)) {
      const end = await undisturbed(recorded);
      if (end === undefined) continue;
      const points = Array.from({ length: 3 }, (): Point => ({ write: random(end.writes), fault: FAULTS[random(2)] ?? 'die-after' }));
      if ((await hurt(recorded, points))?.text !== end.text) wrong.push(`${recorded.name}: ${JSON.stringify(points)}, seed ${SEED}`);
    }
    expect(wrong).toEqual([]);
  });
});

/** Whole numbers below what is asked for, the same for the same seed. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
