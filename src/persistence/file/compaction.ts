import { isFlowproofError } from '../../model/errors.js';
import { ENTRY_FORMAT } from '../contract/entry.js';
import { grouping } from '../contract/logbook.js';
import type { RunRecord } from '../memory/run-record.js';
import type { NewLine, Place, Segment } from './log/segment.js';
import type { SegmentedLog } from './log/segmented-log.js';
import { damageLine, limitsLine, logbookLine, messageLine, ownersLine, type RecordMeta, runLineOf, schedulesLine } from './records.js';
import type { LogIndex } from './replay.js';

/** About so much is in memory at a time. */
const CHUNK_CHARACTERS = 1_000_000;

/** A line that was copied, and where from; a line that is new has no place yet. */
interface Copied {
  readonly line: NewLine;
  readonly from?: Place;
}

/** How many bytes of the log are still needed. */
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
 * @param isOver whether it is to be given up
 */
export async function compact(index: LogIndex, log: SegmentedLog, isOver: () => boolean): Promise<void> {
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
      { sync: false, prove: false },
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
      if (isOver()) throw new Error('the log is being closed');
      chunk.push(copied);
      characters += copied.line.body.length + copied.line.meta.length;
      if (characters > CHUNK_CHARACTERS) await flush();
    }
    await flush();
    await log.proveHeld();
    await Promise.all(replaced.map((segment) => segment.setAside()));
    await draft.publish();
  } catch (error) {
    await draft.discard(true).catch(() => undefined);
    throw error;
  }
  for (const [from, to] of moves) Object.assign(from, to);
  for (const record of index.table.records()) forget(record);
  await log.replace(replaced, draft);
}

async function* alive(index: LogIndex, log: SegmentedLog, old: ReadonlySet<Segment>): AsyncGenerator<Copied> {
  const { table, shapes } = index;
  for (const logbook of table.logbooks.all()) yield { line: logbookLine(logbook) };
  if (table.schedules.all().length > 0) yield { line: schedulesLine(table.schedules.all()) };
  const limits = table.limits.all();
  if (limits.length > 0) yield { line: limitsLine(limits) };
  for (const [fingerprint, place] of [...shapes]) {
    if (!old.has(place.segment)) continue;
    // Without its shape a run is refused; the next run of this flow brings it back.
    const line = await unlessDamaged(log, place, () => shapes.delete(fingerprint));
    if (line !== undefined) yield { line, from: place };
  }
  for (const record of [...table.records()]) {
    const { runId, places, start, inbox, owner, takes, wakeAtMs } = record;
    const [first, ...entries] = [...places.slice(0, 1), ...places.slice(Math.max(1, start))];
    if (first === undefined || !old.has(first.segment)) continue;
    const condemn = (reason: string) => record.damage ?? table.condemn(record, { code: 'JOURNAL_CORRUPT', seq: -1, reason });
    yield { line: beginning(record, await unlessDamaged(log, first, condemn)), from: first };
    for (const place of entries) {
      const line = old.has(place.segment) ? await unlessDamaged(log, place, condemn) : undefined;
      if (line !== undefined) yield { line, from: place };
    }
    if (takes > 0 || wakeAtMs !== undefined) yield { line: ownersLine([[runId, owner ?? null, takes, wakeAtMs ?? null]]) };
    for (const message of [...inbox.values()]) yield { line: messageLine(message) };
    if (record.damage !== undefined) yield { line: damageLine(runId, record.damage) };
  }
}

/** A line; nothing when it is damaged, which concerns only those who need it. */
async function unlessDamaged(log: SegmentedLog, place: Place, onDamage: (reason: string) => unknown): Promise<NewLine | undefined> {
  try {
    return await log.read(place);
  } catch (error) {
    if (!isFlowproofError(error, 'JOURNAL_CORRUPT')) throw error;
    onDamage(error.message);
    return undefined;
  }
}

/** What the run began with, and how it stands, as the entries that said so may be among those that are left out. */
function beginning(record: RunRecord<Place>, line: NewLine | undefined): NewLine {
  const { runId, key, flow, version, fingerprint, inputsHash, createdAtMs, state, partial, owner, endedAtMs, start, tail } = record;
  const meta = line === undefined ? undefined : (JSON.parse(line.meta) as RecordMeta);
  const ended = { ...(endedAtMs === undefined ? {} : { endedAtMs }), ...(partial === undefined ? {} : { partial }) };
  const now = { state, owner: owner ?? null, ...ended };
  if (line === undefined || meta?.type !== 'run') {
    const entry = { runId, ...tail, seq: 0, epoch: 0, kind: 'step', format: ENTRY_FORMAT, atMs: createdAtMs } as const;
    return runLineOf({ entry, run: { key, flow, version, fingerprint, inputsHash, ...grouping(record), ...now } }, '');
  }
  const { endedAtMs: _, wakeAtMs: __, partial: ___, ...facts } = meta.run;
  return runLineOf({ entry: meta.entry, run: { ...facts, ...now } }, start > 0 ? bodyOf(key) : line.body);
}

/** Of what a run began with nothing is read again but its key, by which a damaged line can be known. */
function bodyOf(key: string): string {
  return JSON.stringify([['CREATED', { key }]]);
}

/** The places of entries before the last snapshot: their lines are gone. */
function forget(record: RunRecord<Place>): void {
  if (record.start <= 1) return;
  record.places.splice(1, record.start - 1);
  record.start = 1;
}
