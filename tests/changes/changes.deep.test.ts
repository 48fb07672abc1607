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
const MUTANTS: readonly (readonly [what: string, instead: Readonly<Record<string, object>>])[] = [
  ['votes are forgotten, and what is new in what was skipped runs', { adoption: { adopt: onlyTheFlow } }],
  ['nothing is refused', { compatibility: { refusals: () => [] } }],
  ['values may be missing', { 'missing-values': { missingValues: () => [] } }],
  ['what is done behind a flow that is tried again stands in its way', { behind: { begunBehind: () => [] } }],
  // Either mends what the other one leaves.
  ['what was undone to run again stays undone', { behind: { anewBehind: () => [] }, anew: { bringBack: () => false } }],
  ['what failed is forgotten when it is taken away', { 'past-failures': { failuresOfGone: () => [] } }],
];

test.each(MUTANTS)('the property finds it when %s', async (_, instead) => {
  vi.resetModules();
  for (const [module, part] of Object.entries(instead)) {
    vi.doMock(`../../src/engine/${module}.js`, async (original) => ({ ...((await original()) as object), ...part }));
  }
  try {
    const mutant = await import('./lived.js');
    const { searched: search } = await import('./property.js');
    expect(await search(mutant.lived, mutant.nothingMet(), { seed: 1, runs: 1_500, shrinks: false })).toBeDefined();
  } finally {
    for (const module of Object.keys(instead)) vi.doUnmock(`../../src/engine/${module}.js`);
    vi.resetModules();
  }
});
