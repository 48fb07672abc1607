import type { Entry, StoredEntry } from '../contract/entry.js';
import type { Shape } from '../contract/journal.js';
import { JournalError } from '../contract/journal-error.js';
import { mayBeWrapped } from '../transitions/wrapped.js';
import { refuseWrapped } from '../values/refuse-wrapped.js';
import { atomsAfter, decodeEntry } from './entry-format.js';

export interface ReadEntriesParams {
  readonly runId: string;
  readonly shape: Shape;
  /** Where to begin: 0, or the seq of the last snapshot. */
  readonly first: number;
  /** The last seq that the store knows of. */
  readonly last: number;
  /** See `LoadOptions`. */
  readonly raw?: boolean | undefined;
  /** How many atoms the run has before `first`. Default: those of its shape. */
  readonly atoms?: number | undefined;
  readonly pages: AsyncIterable<readonly StoredEntry[]> | Iterable<readonly StoredEntry[]>;
}

/**
 * Turns what a store reads into entries that can be trusted: each one checked, none missing, epochs never falling.
 * @throws JournalError `JOURNAL_GAP`, `JOURNAL_CORRUPT`, `JOURNAL_TOO_NEW`, while iterating.
 */
export async function* readEntries({
  runId,
  shape,
  first,
  last,
  raw = false,
  pages,
  ...known
}: ReadEntriesParams): AsyncGenerator<readonly Entry[]> {
  let next = first;
  let epoch = 0;
  let atoms = known.atoms ?? shape.atoms.length;
  for await (const page of pages) {
    const entries: Entry[] = [];
    for (const stored of page) {
      if (stored.seq !== next) throw missing(runId, next);
      if (stored.epoch < epoch)
        throw new JournalError('JOURNAL_CORRUPT', runId, next, `its epoch ${stored.epoch} is lower than the one before`);
      const entry = decodeEntry(stored, atoms);
      for (const transition of entry.transitions) atoms = atomsAfter(transition, atoms);
      if (!raw && mayBeWrapped(stored.transitions)) await refuseWrapped(entry);
      entries.push(entry);
      epoch = stored.epoch;
      next++;
    }
    yield entries;
  }
  if (next <= last) throw missing(runId, next);
}

function missing(runId: string, seq: number): JournalError {
  return new JournalError('JOURNAL_GAP', runId, seq, 'this entry is missing');
}
