import type { Json } from '../../model/json.js';
import type { Entry } from '../entry.js';
import { JournalError } from '../journal-error.js';
import { mapValues } from './map-values.js';
import { type Marker, markerOf } from './wrapped.js';

const REASONS: Readonly<Record<Marker, string>> = {
  '~sealed': 'its values are encrypted: open the store with encrypted(…) and its keys',
  '~offloaded': 'a value of it is kept elsewhere: open the store with offloaded(…)',
};

/**
 * Whoever reads a run must be able to read its values: an engine that can't would take what stands for them for the
 * values themselves.
 * @throws JournalError `JOURNAL_SEALED`
 */
export async function refuseWrapped(entry: Entry): Promise<void> {
  await mapValues(entry, (value) => unwrapped(value, entry));
}

/** The value, unless something stands for it. @throws JournalError `JOURNAL_SEALED` */
export function unwrapped(value: Json, { runId, seq }: Pick<Entry, 'runId' | 'seq'>): Json {
  const marker = markerOf(value);
  if (marker !== undefined) throw new JournalError('JOURNAL_SEALED', runId, seq, REASONS[marker]);
  return value;
}
