import { type Clock, steadyClock, systemClock } from '../../model/clock.js';
import { checkTimeout } from '../contract/in-time.js';
import type { Persistence } from '../contract/journal.js';
import { FileJournal } from './file-journal.js';
import { FileStore } from './file-store.js';

export interface FileOptions {
  /** Judges leases. Default: the system's clock. */
  readonly clock?: Clock;
  /**
   * The log is kept in files of about this size, bytes; when more of them is dead than alive, and more than one of them,
   * they are written anew without it. Default: 16 MiB.
   */
  readonly segmentBytes?: number;
  /**
   * How long the disk may take for one answer, milliseconds: then calls reject with `STORE_UNREACHABLE`, runs wait, and what
   * the disk does in the end counts. Default: 5,000.
   */
  readonly timeoutMs?: number;
}

const SEGMENT_BYTES = 16 * 1_048_576;
const TIMEOUT_MS = 5_000;

/**
 * Keeps runs in `directory`, which is made when it is missing: no server, safe against crashes and loss of power, one
 * process at a time. The files `journal-….log` in it are text, one line a record. Everything that connects to the same value shares it.
 *
 * Opening it throws PersistenceError `STORE_LOCKED` while another process has it, or may have it, and `JOURNAL_CORRUPT` when so
 * much of the log is damaged that it can't be said whose it was; a damaged run is listed as FAILURE and refused, and the others
 * go on. A directory that is removed, replaced or unlocked by hand while it is open takes nothing any more: `STORE_GONE`.
 *
 * @example
 * ```ts
 * import { file, flowproof } from 'flowproof';
 * const app = flowproof({ persistence: file('./.flowproof'), flows: [] });
 * await app.stop();
 * ```
 */
export function file(directory: string, options: FileOptions = {}): Persistence {
  const { clock = systemClock, segmentBytes = SEGMENT_BYTES, timeoutMs = TIMEOUT_MS } = options;
  if (!(segmentBytes > 0)) throw new TypeError(`segmentBytes is ${segmentBytes}: it must be more than 0`);
  checkTimeout(timeoutMs);
  const store = new FileStore({ directory, clock: steadyClock(clock), segmentBytes, timeoutMs });
  return { kind: 'file', connect: () => new FileJournal(store) };
}
