import { expect, test } from 'vitest';
import { DECIDING } from './deciding.js';
import { BLOWS, wrongWith } from './matrix.js';
import { play } from './play.js';
import { SCENARIOS } from './scenarios.js';

const ALL = [...SCENARIOS, ...DECIDING];
/** One case of so many; all of them are in crash-matrix.deep.test.ts. */
const ONE_OF = 457;

test.each(ALL.map((scenario) => [scenario.name, scenario] as const))('%s, when nothing happens to it', async (_, scenario) => {
  const { wrong, end } = await play(scenario, []);
  expect({ wrong, end }).toEqual({ wrong: [], end: scenario.ends.at(-1) });
});

test('whatever is asked of a run at any moment, from here or elsewhere, and whatever becomes of its process then: it ends as it should', async () => {
  const wrong: string[] = [];
  let cases = 0;
  for (const [index, scenario] of ALL.entries()) {
    const { moments } = await play(scenario, []);
    for (let number = index; number < moments * BLOWS.length; number += ONE_OF, cases++) {
      const blow = BLOWS[number % BLOWS.length];
      if (blow !== undefined) wrong.push(...(await wrongWith(scenario, { ...blow, moment: Math.floor(number / BLOWS.length) })));
    }
  }
  expect(wrong).toEqual([]);
  expect(cases).toBeGreaterThan(200);
}, 180_000);
