import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { EachPiece } from './attempts.js';
import type { Vector } from './case.js';
import { vectorsIn } from './conform.js';
import { FAULTS, hurt, type Point, undisturbed } from './crash.js';

const VECTORS = ['hand', 'random']
  .flatMap((name) => vectorsIn(fileURLToPath(new URL(`./vectors/${name}.jsonl`, import.meta.url))))
  // What TaskFlow refuses may have two atoms of one name here.
  .filter(({ expect: { status } }) => status !== 'invalid');

/** One case of so many, each at one point: all cases at all points are in crash.deep.test.ts. */
const ONE_OF = 3;

test('a case that is hurt at one of its writes ends as if nothing had happened, and does no work twice that was done', {
  timeout: 60_000,
}, async () => {
  const wrong: string[] = [];
  let hurts = 0;
  for (const [index, { case: recorded }] of VECTORS.filter((_, index) => index % ONE_OF === 0).entries()) {
    const end = await undisturbed(recorded);
    if (end === undefined) continue;
    const point = { write: index % end.writes, fault: FAULTS[index % FAULTS.length] ?? 'die-after' };
    hurts++;
    if ((await hurt(recorded, [point]))?.text !== end.text) wrong.push(`${recorded.name}: ${point.fault} at write ${point.write}`);
  }
  expect(wrong).toEqual([]);
  expect(hurts).toBeGreaterThan(300);
});

test('the check can fail: what is done twice is seen, where nobody knows that it was in flight', async () => {
  class Forgetful extends EachPiece {
    override goesOn(): void {
      // Every call counts as a new piece of work.
    }
  }
  const { case: recorded } = VECTORS.find(({ case: { name } }) => name === 'linear-three') as Vector;
  const end = await undisturbed(recorded);
  const point: Point = { write: 1, fault: 'die-before' };
  expect((await hurt(recorded, [point]))?.text).toBe(end?.text);
  expect((await hurt(recorded, [point], { attempts: new Forgetful() }))?.text).not.toBe(end?.text);
});
