import type { Journal } from '../../../src/persistence/index.js';

/** Something done to what is kept, behind the journal's back. */
export interface Tampering {
  readonly runId: string;
  readonly seq: number;
  readonly change: 'remove' | { readonly format?: number; readonly transitions?: string; readonly epoch?: number };
}

/** A new empty store, with what the cases need beside the contract. */
export interface JournalRig {
  /** Open. */
  readonly journal: Journal;
  /** Another open connection to the same store, as another engine would have it. */
  second(): Promise<Journal>;
  /** Closes everything, and opens what is kept anew; gives the same data back unless the store lives in memory. */
  reopen(): Promise<Journal>;
  tamper(tampering: Tampering): Promise<Journal>;
  /** How long the cases make their leases, milliseconds. */
  readonly leaseMs: number;
  /** Resolves when a lease that began before is over by the store's clock. */
  afterLease(): Promise<void>;
  /**
   * A transaction of the user's, in the store's database, for stores that say they are transactional: `work` is given what
   * `appendIn` takes, and is committed when it resolves with true, else rolled back.
   */
  transaction?(work: (transaction: unknown) => Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

export interface JournalCase {
  readonly name: string;
  /** Rejects when the store is wrong. */
  run(rig: JournalRig): Promise<void>;
}
