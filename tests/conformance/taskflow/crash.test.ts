import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { vectorsIn } from './conform.js';
import { type End, FAULTS, hurt, undisturbed } from './crash.js';

const VECTORS = ['hand', 'random']
  .flatMap((name) => vectorsIn(fileURLToPath(new URL(`./vectors/${name}.jsonl`, import.meta.url))))
  // What TaskFlow refuses may have two atoms of one name here.
  .filter(({ expect: { status } }) => status !== 'invalid');

test('a case that is hurt at one of its writes ends as if nothing had happened, and does no work twice that was done', async () => {
  const wrong: string[] = [];
  for (const [index, { case: recorded }] of VECTORS.entries()) {
    const end = await undisturbed(recorded);
    if (end === undefined) continue;
    // Another point for each case: all of them are in crash.deep.test.ts.
    const point = { write: index % end.writes, fault: FAULTS[index % FAULTS.length] ?? 'die-after' };
    if ((await hurt(recorded, point))?.text !== end.text) wrong.push(`${recorded.name}: ${point.fault} at write ${point.write}`);
  }
  expect(wrong).toEqual([]);
});

test('the check can fail: a run that goes on as another one ends otherwise', async () => {
  const [one, other] = VECTORS.filter(({ case: { name } }) => name === 'linear-two' || name === 'linear-three').map(
    ({ case: recorded }) => recorded,
  );
  const ends = (await Promise.all([one, other].map((recorded) => recorded && undisturbed(recorded)))) as End[];
  expect(ends[0]?.text).not.toBe(ends[1]?.text);
});
