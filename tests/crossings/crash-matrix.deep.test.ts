import { expect, test } from 'vitest';
import { withMutant } from '../support/mutant.js';
import { DECIDING } from './deciding.js';
import { wrongOfSome } from './matrix.js';
import { SCENARIOS } from './scenarios.js';

/** Printed by `npm run test:deep`, and taken from it. */
const SEED = Number(process.env.FLOWPROOF_SEED ?? 1);
/** Each time one case of so many: all of them take half an hour. */
const ONE_OF = Number(process.env.FLOWPROOF_ONE_OF ?? 17);

test.each(
  [...SCENARIOS, ...DECIDING].map((scenario) => [scenario.name, scenario] as const),
)('%s: every wish at every moment, and every harm after it', async (_, scenario) =>
  expect(await wrongOfSome(scenario, SEED % ONE_OF, ONE_OF)).toEqual([]));

test('it notices when messages that come too late are kept', async () => {
  const wrong = await withMutant({ 'persistence/contract/may-receive': { mayReceive: () => true } }, async () => {
    const [matrix, { SCENARIOS: scenarios }] = [await import('./matrix.js'), await import('./scenarios.js')];
    const [forward] = scenarios;
    return forward && (await matrix.wrongOfSome(forward, 0, ONE_OF));
  });
  expect(wrong).not.toEqual([]);
});

test('it notices when what is downstream of a flow that is tried again stays skipped', async () => {
  const wrong = await withMutant({ 'engine/decide/downstream': { anewDownstream: () => [] } }, async () => {
    const [{ play }, { DECIDING: scenarios }] = [await import('./play.js'), await import('./deciding.js')];
    return Promise.all(scenarios.map(async (scenario) => (await play(scenario, [])).wrong));
  });
  expect(wrong.flat()).not.toEqual([]);
});
