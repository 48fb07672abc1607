import type { RunRecord } from '../run-table.js';
import { logbookLine, messageLine, type RecordMeta, runLineOf } from './records.js';
import type { LogIndex } from './replay.js';
import type { NewLine, Place, Segment } from './segment.js';
import type { SegmentedLog } from './segmented-log.js';

/** About so much is in memory at a time. */
const CHUNK_CHARACTERS = 1_000_000;

/** A line that was copied, and where from; a line that is new has no place yet. */
interface Copied {
  readonly line: NewLine;
  readonly from?: Place;
}

/** How many bytes of the log somebody may still want to read. */
export function liveBytes({ table, shapes }: LogIndex): number {
  let bytes = 0;
  for (const { places, start } of table.records()) {
    bytes += places[0]?.length ?? 0;
    for (let index = Math.max(1, start); index < places.length; index++) bytes += places[index]?.length ?? 0;
  }
  for (const { length } of shapes.values()) bytes += length;
  return bytes;
}

/**
 * Writes what is alive in the sealed segments into one that takes their place: of each run what it began with, with its
 * state of now, and its entries from the last snapshot on. Goes on beside the writer: what changes meanwhile is in
 * segments that come after, and is read after. Killed at any moment, either the old ones count or the new one.
 */
export async function compact(index: LogIndex, log: SegmentedLog): Promise<void> {
  const replaced = log.sealed;
  if (replaced.length === 0) return;
  const old = new Set(replaced);
  const draft = await log.draft(replaced);
  const moves: (readonly [from: Place, to: Place])[] = [];
  let chunk: Copied[] = [];
  let characters = 0;
  const flush = async (): Promise<void> => {
    const places = await draft.append(
      chunk.map(({ line }) => line),
      false,
    );
    for (const [at, { from }] of chunk.entries()) {
      const to = places[at];
      if (from !== undefined && to !== undefined) moves.push([from, to]);
    }
    chunk = [];
    characters = 0;
  };
  try {
    for await (const copied of alive(index, log, old)) {
      chunk.push(copied);
      characters += copied.line.body.length + copied.line.meta.length;
      if (characters > CHUNK_CHARACTERS) await flush();
    }
    await flush();
    await draft.publish();
  } catch (error) {
    await draft.discard(true).catch(() => undefined);
    throw error;
  }
  for (const [from, to] of moves) Object.assign(from, to);
  for (const record of index.table.records()) forget(record);
  await log.replace(replaced, draft);
}

async function* alive({ table, shapes }: LogIndex, log: SegmentedLog, old: ReadonlySet<Segment>): AsyncGenerator<Copied> {
  for (const logbook of table.allLogbooks()) yield { line: logbookLine(logbook) };
  for (const place of [...shapes.values()]) if (old.has(place.segment)) yield { line: await log.read(place), from: place };
  for (const record of [...table.records()]) {
    const { places, start, inbox } = record;
    const [first, ...entries] = [...places.slice(0, 1), ...places.slice(Math.max(1, start))];
    if (first === undefined || !old.has(first.segment)) continue;
    yield { line: begun(record, await log.read(first)), from: first };
    for (const place of entries) if (old.has(place.segment)) yield { line: await log.read(place), from: place };
    for (const message of [...inbox.values()]) yield { line: messageLine(message) };
  }
}

/** What the run began with, and how it stands, as the entries that said so may be among those that are left out. */
function begun({ state, owner, endedAtMs, start }: RunRecord<Place>, { meta, body }: NewLine): NewLine {
  const { entry, run } = JSON.parse(meta) as Extract<RecordMeta, { type: 'run' }>;
  const { endedAtMs: _, ...facts } = run;
  const now = { ...facts, state, owner: owner ?? null, ...(endedAtMs === undefined ? {} : { endedAtMs }) };
  return runLineOf({ entry, run: now }, start > 0 ? '' : body);
}

/** The places of entries before the last snapshot: their lines are gone. */
function forget(record: RunRecord<Place>): void {
  if (record.start <= 1) return;
  record.places.splice(1, record.start - 1);
  record.start = 1;
}
