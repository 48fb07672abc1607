import type { Json } from '../../model/json.js';
import type { Entry } from '../contract/entry.js';
import { JournalError } from '../contract/journal-error.js';
import { fieldsOf, type Marker, markerOf } from '../transitions/wrapped.js';
import { mapValues } from './map-values.js';

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
  await mapValues(entry, (value) => unwrappedInside(unwrapped(value, entry), entry));
}

/** The same of the values in a record. */
export function unwrappedInside(record: Json, at: Pick<Entry, 'runId' | 'seq'>): Json {
  for (const [, value] of fieldsOf(record)) unwrapped(value, at);
  return record;
}

/** The value, unless something stands for it. @throws JournalError `JOURNAL_SEALED` */
export function unwrapped(value: Json, { runId, seq }: Pick<Entry, 'runId' | 'seq'>): Json {
  const marker = markerOf(value);
  if (marker !== undefined) throw new JournalError('JOURNAL_SEALED', runId, seq, REASONS[marker]);
  return value;
}
