import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import type { ActiveRun } from '../../src/engine/decide/run.js';
import type { Step } from '../../src/engine/decide/step.js';
import { skippedAt } from '../../src/engine/decide/verdict.js';
import { foldRun } from '../../src/engine/state/load-run.js';
import { file, type Persistence } from '../../src/index.js';
import type { RunSummary } from '../../src/persistence/index.js';
import { withMutant } from '../support/mutant.js';
import { describePostgres } from '../support/postgres.js';
import { searched } from './operations.js';
import { inMemory } from './where.js';

/** Printed by `npm run test:deep`, and taken from it. */
const SEED = Number(process.env.FLOWPROOF_SEED ?? 1);
const RUNS = Number(process.env.FLOWPROOF_RUNS ?? 1_500);

/** Messages are brought, and ends are heard of, after a third of it. */
const LEASE_MS = 1_500;

test('random flows, to which operators and processes do random things, do what they promise', async () => {
  expect(await searched({ seed: SEED, runs: RUNS, shrinks: true })).toBeUndefined();
});

describe('in files, which are written anew all the time', () => {
  const directory = mkdtempSync(join(tmpdir(), 'flowproof-crossings-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test('they do, too', async () => {
    const where = () => ({ store: file(join(directory, randomUUID()), { segmentBytes: 2_000 }), leaseMs: LEASE_MS, id: randomUUID() });
    expect(await searched({ seed: SEED, runs: 40, shrinks: false, where, atOnce: 20 })).toBeUndefined();
  });
});

describePostgres('in PostgreSQL', (database) => {
  test('they do, too', async () => {
    // A schema each: apps take up what others have left, and all flows have one name here.
    const where = () => {
      const id = randomUUID();
      return { store: postgres(database().url, { schema: `story_${id.replaceAll('-', '_')}` }), leaseMs: LEASE_MS, id };
    };
    expect(await searched({ seed: SEED, runs: 24, shrinks: false, where, atOnce: 8 })).toBeUndefined();
  });
});

/** As it was once: what is still to be undone begins anew, too. */
function retryAll(run: ActiveRun, step: Step): void {
  for (const [atom, { state }] of run.status.atoms.entries()) if (state !== 'PENDING') step.state(['RESET', atom, atom + 1]);
}

/** Whoever takes a run knows nothing of what was decided about it. */
const withoutVotes: typeof foldRun = async (loaded) => {
  const status = await foldRun(loaded);
  for (const atom of status.atoms) atom.votes = {};
  return status;
};

/** Of what a decider skips, only what begins first. */
const halfSkipped: typeof skippedAt = (status, deciders) => skippedAt(status, deciders).map(([from]) => [from, from + 1] as const);

/** The library with one thing in it taken away. */
const MUTANTS: readonly (readonly [what: string, module: string, instead: object])[] = [
  ['a call that was written is made, though the run is to rest', 'engine/decide/call-commands', { mayCall: () => true }],
  ['a cancel is not heeded', 'engine/decide/apply-operator-message', { cancel: () => undefined }],
  ['everything begins anew in a run that has failed', 'engine/decide/apply-operator-message', { retryFailed: retryAll }],
  ['a lost call is not noted', 'engine/state/fold-atom', { lose: () => undefined }],
  ['what was decided is asked again by whoever takes over', 'engine/state/load-run', { foldRun: withoutVotes }],
  ['only a part of what a decider skips is skipped', 'engine/decide/verdict', { skippedAt: halfSkipped }],
];

describe('it notices', () => {
  test.each(MUTANTS)('when %s', async (_, module, instead) => {
    const found = await withMutant({ [module]: instead }, async () => {
      const { searched: search } = await import('./operations.js');
      return search({ seed: 1, runs: 2_000, shrinks: false });
    });
    expect(found).toBeDefined();
  });

  test.each([
    ['keeps messages that a step has used up', forgetfulOfUse],
    ['says that the fifth step is there, which it never wrote', withoutFifthStep],
    ['takes the living for dead', takingForDead],
  ] as const)('a store that %s', async (_, broken) => {
    const where = () => {
      const { store, ...rest } = inMemory();
      return { ...rest, store: broken(store) };
    };
    expect(await searched({ seed: 1, runs: 500, shrinks: false, where })).toBeDefined();
  });
});

function forgetfulOfUse(store: Persistence): Persistence {
  return changed(store, (journal) => {
    const append = journal.append.bind(journal);
    journal.append = (items) => append(items.map(({ consume: _, ...item }) => item));
  });
}

function withoutFifthStep(store: Persistence): Persistence {
  return changed(store, (journal) => {
    const append = journal.append.bind(journal);
    journal.append = async (items) => (items[0]?.entry.seq === 5 ? [{ kind: 'ok' }] : append(items));
  });
}

function takingForDead(store: Persistence): Persistence {
  const dead = <ActiveRun extends RunSummary>(run: ActiveRun): ActiveRun =>
    run.owner === undefined ? run : { ...run, owner: { ...run.owner, alive: false } };
  return changed(store, (journal) => {
    const [find, load] = [journal.find.bind(journal), journal.load.bind(journal)];
    journal.find = async (by) => {
      const found = await find(by);
      return found && dead(found);
    };
    journal.load = async (runId, options) => {
      const loaded = await load(runId, options);
      return loaded && { ...loaded, summary: dead(loaded.summary) };
    };
  });
}

function changed(store: Persistence, change: (journal: ReturnType<Persistence['connect']>) => void): Persistence {
  return {
    ...store,
    connect() {
      const journal = store.connect();
      change(journal);
      return journal;
    },
  };
}
