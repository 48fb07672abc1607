import { expect, test, vi } from 'vitest';
import type { adopt } from '../../src/engine/adoption.js';
import { foldTransition } from '../../src/engine/fold.js';
import { lived, nothingMet } from './lived.js';
import { searched } from './property.js';

/** Printed by `npm run test:deep`, and taken from it. */
const SEED = Number(process.env.FLOWPROOF_SEED ?? 1);
const RUNS = Number(process.env.FLOWPROOF_RUNS ?? 1_000);

test('a run whose flow changes while it is under way, and whose processes die at any write, keeps what was decided and done', async () => {
  const met = nothingMet();
  expect(await searched(lived, met, { seed: SEED, runs: RUNS, shrinks: true })).toBeUndefined();
  console.log(`seed ${SEED}: ${JSON.stringify(met)}`);
  for (const often of [met.safe, met.refused, met.retried, met.compared]) expect(often).toBeGreaterThan(RUNS / 2);
  for (const end of ['SUCCESS', 'REVERTED', 'CANCELLED']) expect(met.ends[end]).toBeGreaterThan(RUNS / 10);
});

/** As it was once: what deciders had said was asked again. */
const onlyTheFlow: typeof adopt = (_flow, status, change) => {
  foldTransition(status, ['FLOW', change]);
  return [['FLOW', change]];
};

/** The library with one thing in it taken away; each of these was found in the field, or by the property itself. */
const MUTANTS: readonly (readonly [what: string, module: string, instead: object])[] = [
  ['votes are forgotten, and what is new in what was skipped runs', 'adoption', { adopt: onlyTheFlow }],
  ['nothing is refused', 'compatibility', { refusals: () => [] }],
  ['values may be missing', 'missing-values', { missingValues: () => [] }],
  ['what is done behind a flow that is tried again stands in its way', 'behind', { begunBehind: () => [] }],
  ['what was undone with a flow that is tried again does not run again', 'behind', { anewBehind: () => [] }],
  ['what failed is forgotten when it is taken away', 'past-failures', { failuresOfGone: () => [] }],
];

test.each(MUTANTS)('the property finds it when %s', async (_, module, instead) => {
  vi.resetModules();
  vi.doMock(`../../src/engine/${module}.js`, async (original) => ({ ...((await original()) as object), ...instead }));
  try {
    const mutant = await import('./lived.js');
    const { searched: search } = await import('./property.js');
    expect(await search(mutant.lived, mutant.nothingMet(), { seed: 1, runs: 1_500, shrinks: false })).toBeDefined();
  } finally {
    vi.doUnmock(`../../src/engine/${module}.js`);
    vi.resetModules();
  }
});
