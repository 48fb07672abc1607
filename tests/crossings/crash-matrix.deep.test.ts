import { expect, test } from 'vitest';
import { BLOWS, wrongWith } from './matrix.js';
import { play } from './play.js';
import { SCENARIOS } from './scenarios.js';

/** Printed by `npm run test:deep`, and taken from it. */
const SEED = Number(process.env.FLOWPROOF_SEED ?? 1);
/** Each time one case of so many: all of them take half an hour. */
const ONE_OF = Number(process.env.FLOWPROOF_ONE_OF ?? 13);

test.each(
  SCENARIOS.map((scenario) => [scenario.name, scenario] as const),
)('%s: every wish at every moment, and every harm after it', async (_, scenario) => {
  const { moments } = await play(scenario, []);
  const wrong: string[] = [];
  for (let number = SEED % ONE_OF; number < moments * BLOWS.length; number += ONE_OF) {
    const blow = BLOWS[number % BLOWS.length];
    if (blow !== undefined) wrong.push(...(await wrongWith(scenario, { ...blow, moment: Math.floor(number / BLOWS.length) })));
  }
  expect(wrong).toEqual([]);
});
