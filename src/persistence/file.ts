import { type Clock, systemClock } from '../model/clock.js';
import { FileJournal } from './file/file-journal.js';
import { FileStore } from './file/file-store.js';
import type { Persistence } from './journal.js';

export interface FileOptions {
  /** Judges leases. Default: the system's clock. */
  readonly clock?: Clock;
}

/**
 * Keeps runs in `directory`, which is made when it is missing: no server, safe against crashes and loss of power, one
 * process at a time. `journal.log` in it is text that only grows. Everything that connects to the same value shares it.
 *
 * Opening it throws PersistenceError `STORE_LOCKED` while another process has it, and `JOURNAL_CORRUPT` when the log is
 * damaged anywhere but at its end. Use it from one container at a time: a process of another one can't be seen.
 *
 * @example
 * ```ts
 * import { file, flowproof } from 'flowproof';
 * const app = flowproof({ persistence: file('./.flowproof'), flows: [] });
 * await app.stop();
 * ```
 */
export function file(directory: string, options: FileOptions = {}): Persistence {
  const store = new FileStore(directory, options.clock ?? systemClock);
  return { kind: 'file', connect: () => new FileJournal(store) };
}
