import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { foldEntry, foldTransition } from '../../src/engine/state/fold.js';
import type { adopt } from '../../src/engine/upgrade/adoption.js';
import { file, type Persistence } from '../../src/index.js';
import type { Journal } from '../../src/persistence/index.js';
import { type Mutant, withMutant } from '../support/mutant.js';
import { describePostgres } from '../support/postgres.js';
import { lived, nothingMet } from './lived.js';
import { searched, searchedTogether } from './property.js';
import { inMemory } from './where.js';

/** Printed by `npm run test:deep`, and taken from it. */
const SEED = Number(process.env.FLOWPROOF_SEED ?? 1);
const RUNS = Number(process.env.FLOWPROOF_RUNS ?? 1_000);

test('a run whose flow changes while it is under way, and whose processes die at any write, keeps what was decided and done', async () => {
  const met = nothingMet();
  expect(await searched(lived, met, { seed: SEED, runs: RUNS, shrinks: true })).toBeUndefined();
  console.log(`seed ${SEED}: ${JSON.stringify(met)}`);
  for (const often of [met.safe, met.refused, met.retried, met.compared]) expect(often).toBeGreaterThan(RUNS / 2);
  for (const also of [met.lost, met.frozen, met.resets]) expect(also).toBeGreaterThan(RUNS / 4);
  for (const help of [met.skipped, met.revived]) expect(help).toBeGreaterThan(0);
  for (const end of ['SUCCESS', 'REVERTED', 'CANCELLED']) expect(met.ends[end]).toBeGreaterThan(RUNS / 10);
});

/** Ids of runs, of which one store keeps many. */
function numbered(): () => string {
  let runs = 0;
  return () => `run-${runs++}`;
}

describe('in files, which are written anew all the time', () => {
  const directory = mkdtempSync(join(tmpdir(), 'flowproof-changes-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test('it does, too', async () => {
    const id = numbered();
    const where = () => ({ store: file(join(directory, id()), { segmentBytes: 4_000 }), id: 'r' });
    const met = nothingMet();
    expect(await searchedTogether(lived, met, { seed: SEED, runs: 120, shrinks: false, where, atOnce: 12 })).toBeUndefined();
    for (const often of [met.lost, met.frozen, met.resets]) expect(often).toBeGreaterThan(0);
  });
});

describePostgres('in PostgreSQL', (database) => {
  test('it does, too', async () => {
    const id = numbered();
    const where = () => ({ store: postgres(database().url), id: id() });
    const met = nothingMet();
    expect(await searchedTogether(lived, met, { seed: SEED, runs: 60, shrinks: false, where, atOnce: 6 })).toBeUndefined();
    for (const often of [met.lost, met.frozen, met.resets]) expect(often).toBeGreaterThan(0);
  });
});

/** As it was once: what deciders had said was asked again. */
const onlyTheFlow: typeof adopt = (_flow, status, change) => {
  foldTransition(status, ['FLOW', change]);
  return [['FLOW', change]];
};

/** A run that is reset has the keys of before. */
const withOldKeys: typeof foldEntry = (run, entry) => {
  const { incarnation } = run;
  foldEntry(run, entry);
  run.incarnation = incarnation;
};

/** The library with one thing in it taken away; each of these was found in the field, or by the property itself. */
const MUTANTS: readonly (readonly [what: string, instead: Mutant])[] = [
  ['votes are forgotten, and what is new in what was skipped runs', { 'engine/upgrade/adoption': { adopt: onlyTheFlow } }],
  ['nothing is refused', { 'engine/upgrade/resume-compatibility': { incompatibilities: () => [] } }],
  ['values may be missing', { 'engine/upgrade/missing-values': { missingValues: () => [] } }],
  ['what is done behind a flow that is tried again stands in its way', { 'engine/decide/downstream': { begunDownstream: () => [] } }],
  // Either mends what the other one leaves.
  [
    'what was undone to run again stays undone',
    { 'engine/decide/downstream': { anewDownstream: () => [] }, 'engine/decide/anew': { bringBack: () => false } },
  ],
  ['what failed is forgotten when it is taken away', { 'engine/state/past-failures': { failuresOfGone: () => [] } }],
  ['what an operator has undone is undone again', { 'engine/decide/apply-operator-message': { skipRevert: () => undefined } }],
  ['who begins anew does it with the keys of before', { 'engine/state/fold': { foldEntry: withOldKeys } }],
];

test.each(MUTANTS)('the property finds it when %s', async (_, instead) => {
  const found = await withMutant(instead, async () => {
    const mutant = await import('./lived.js');
    const { searched: search } = await import('./property.js');
    return search(mutant.lived, mutant.nothingMet(), { seed: 1, runs: 1_500, shrinks: false });
  });
  expect(found).toBeDefined();
});

/** It takes what it has already for something else, and the run for another one's. */
function ofAnother(journal: Journal): void {
  const append = journal.append.bind(journal);
  journal.append = async (items) => (await append(items)).map((result) => (result.kind === 'mine' ? { kind: 'stale' } : result));
}

/** It says that it has written what comes from one who has lost the run. */
function withoutFence(journal: Journal): void {
  const append = journal.append.bind(journal);
  journal.append = async (items) => (await append(items)).map((result) => (result.kind === 'stale' ? { kind: 'ok' } : result));
}

test.each([
  ['does not know what it has written itself', ofAnother],
  ['lets those write who have lost the run', withoutFence],
] as const)('the property finds a store that %s', async (_, broken) => {
  const where = () => {
    const { store, ...rest } = inMemory();
    const connect: Persistence['connect'] = () => {
      const journal = store.connect();
      broken(journal);
      return journal;
    };
    return { ...rest, store: { ...store, connect } };
  };
  expect(await searched(lived, nothingMet(), { seed: 1, runs: 500, shrinks: false, where })).toBeDefined();
});
