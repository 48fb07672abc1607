import type { StoredEntry } from '../contract/entry.js';
import type { Place } from './log/segment.js';
import type { SegmentedLog } from './log/segmented-log.js';
import type { RecordMeta } from './records.js';

const PAGE = 128;

/** Reads entries from where they are, a page at a time. */
export async function* readPages(log: SegmentedLog, places: readonly Place[]): AsyncGenerator<readonly StoredEntry[]> {
  for (let from = 0; from < places.length; from += PAGE) {
    yield await Promise.all(places.slice(from, from + PAGE).map((place) => readEntry(log, place)));
  }
}

/** The seq of what stands at the first place. */
export async function firstSeq(log: SegmentedLog, [first]: readonly Place[]): Promise<number> {
  return first === undefined ? 0 : (await readEntry(log, first)).seq;
}

async function readEntry(log: SegmentedLog, place: Place): Promise<StoredEntry> {
  const { meta, body } = await log.read(place);
  const { entry } = JSON.parse(meta) as Extract<RecordMeta, { type: 'entry' | 'run' }>;
  return { ...entry, transitions: body };
}
