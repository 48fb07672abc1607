import { describe, test } from 'vitest';
import { appendCases } from './journal/append.js';
import { asleepCases } from './journal/asleep.js';
import { batchCases } from './journal/batches.js';
import { claimCases } from './journal/claim.js';
import { claimOpenedCases } from './journal/claim-opened.js';
import { createCases } from './journal/create.js';
import { damageCases } from './journal/damage.js';
import { inboxCases } from './journal/inbox.js';
import { leaseCases } from './journal/leases.js';
import { limitCases } from './journal/limits.js';
import { listingCases } from './journal/listing.js';
import { loadCases } from './journal/load.js';
import { logbookCases } from './journal/logbooks.js';
import { pagingCases } from './journal/paging.js';
import { partialCases } from './journal/partial.js';
import { pruneCases } from './journal/prune.js';
import type { JournalCase, JournalRig } from './journal/rig.js';
import { scheduleCases } from './journal/schedules.js';
import { sealedCases } from './journal/sealed.js';
import { takeCases } from './journal/take.js';
import { noTransactionCases, transactionCases } from './journal/transactions.js';
import { valueCases } from './journal/values.js';

export type { JournalCase, JournalRig, Tampering } from './journal/rig.js';

/** What a store must do to be a journal. A plain list, so that a test can also prove that a broken store fails it. */
export const journalCases: readonly JournalCase[] = [
  ...createCases,
  ...appendCases,
  ...batchCases,
  ...loadCases,
  ...damageCases,
  ...inboxCases,
  ...listingCases,
  ...pagingCases,
  ...leaseCases,
  ...logbookCases,
  ...pruneCases,
  ...takeCases,
  ...claimCases,
  ...claimOpenedCases,
  ...limitCases,
  ...asleepCases,
  ...partialCases,
  ...scheduleCases,
  ...valueCases,
];

export interface JournalKind {
  /** A store, or what is around one. Default: `store`. */
  readonly what?: 'store' | 'around';
  /** Whether it takes part in transactions of the user's; the others show that they don't. Default: false. */
  readonly isTransactional?: boolean;
}

/** Runs all cases that concern it; `make` gives a new empty one each time. */
export function describeJournal(name: string, make: () => Promise<JournalRig>, kind: JournalKind = {}): void {
  const { what = 'store', isTransactional = false } = kind;
  describe(`journal: ${name}`, () => {
    const special = what === 'around' ? [] : sealedCases;
    const cases = [...journalCases, ...special, ...(isTransactional ? transactionCases : noTransactionCases)];
    test.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => runCase(one, await make()));
  });
}

export async function runCase(one: JournalCase, rig: JournalRig): Promise<void> {
  try {
    await one.run(rig);
  } finally {
    await rig.close();
  }
}
