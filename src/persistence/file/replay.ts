import { PersistenceError } from '../../model/errors.js';
import type { Json } from '../../model/json.js';
import { isEnded, RUN_STATES, type RunState } from '../../model/states.js';
import { JournalError } from '../contract/journal-error.js';
import type { NewRun, RunDamage } from '../memory/run-record.js';
import type { RunTable } from '../memory/run-table.js';
import { changeOwners } from '../memory/take-runs.js';
import type { LogLine } from './log/log-line.js';
import type { Place } from './log/segment.js';
import { nearestId } from './nearest-id.js';
import { type FiredMeta, messageOf, type RecordMeta, readLimit } from './records.js';
import { type Remains, remainsIn } from './salvage.js';

/** What an open log is known to hold. */
export interface LogIndex {
  readonly table: RunTable<Place>;
  /** Where the shape of each fingerprint is. */
  readonly shapes: Map<string, Place>;
}

type EntryMeta = NewRun['entry'];

/** Entries of a run whose beginning is not there. */
interface Orphan {
  readonly places: Place[];
  last: EntryMeta;
}

const LOST_BEGINNING: RunDamage = { code: 'JOURNAL_GAP', seq: 0, reason: 'what the run began with is missing' };
/** Stands where the name of a flow is not known. */
const UNKNOWN = '(unknown)';

/**
 * Takes the log into the index, line by line. What is wrong with a run is that run's alone: it is listed and refused, and
 * all others are there.
 */
export class Replay {
  readonly #index: LogIndex;
  readonly #damage = new Map<string, RunDamage>();
  readonly #orphans = new Map<string, Orphan>();

  constructor(index: LogIndex) {
    this.#index = index;
  }

  /**
   * @throws JournalError `JOURNAL_TOO_NEW` for a record of a type that this version doesn't know: it may be about any run
   * @throws PersistenceError `JOURNAL_CORRUPT` for a line that no version writes
   */
  line({ meta: text, body }: LogLine, place: Place): void {
    const { table, shapes } = this.#index;
    const meta = metaOf(text, place);
    switch (meta.type) {
      case 'shape':
        shapes.set(meta.fingerprint, place);
        return;
      case 'run':
        this.#begin({ ...meta.run, entry: meta.entry }, place);
        if (meta.fired !== undefined) foldFired(table, meta.fired);
        return;
      case 'schedules':
        for (const schedule of meta.schedules) table.schedules.set(schedule);
        return;
      case 'unscheduled':
        table.schedules.remove(meta.schedule);
        return;
      case 'limits':
        for (const limit of meta.limits) table.limits.set(readLimit(limit));
        return;
      case 'unlimited':
        table.limits.remove(meta.limit);
        return;
      case 'entry':
        this.#append(meta, place);
        return;
      case 'message': {
        const record = table.get(meta.message.runId);
        if (record !== undefined) table.deliver(record, messageOf(meta, body));
        return;
      }
      case 'logbook':
        table.logbooks.save(meta.logbook);
        return;
      case 'prune':
        this.#remove(meta.runIds);
        return;
      case 'owners':
        changeOwners(table, meta.changes);
        return;
      case 'damage':
        this.#damage.set(meta.runId, meta.damage);
        return;
      default: {
        const { type } = meta as { type: unknown };
        const reason = `nothing is known of records of type '${String(type)}': a newer flowproof wrote it`;
        throw new JournalError('JOURNAL_TOO_NEW', UNKNOWN, -1, reason);
      }
    }
  }

  /**
   * Takes bytes that were lines once.
   * @throws PersistenceError `JOURNAL_CORRUPT` when they don't say any more whose they were: any run may have lost a step
   */
  damaged(bytes: Buffer, place: Place): void {
    const { path } = place.segment;
    const remains = remainsIn(bytes);
    if (remains === undefined || !remains.every((one) => this.#salvage(one, place))) {
      const message = `'${path}' is damaged at byte ${place.offset}, and what stands there doesn't say any more which runs it belonged to. Nothing was changed; restore the file from a backup`;
      throw new PersistenceError('JOURNAL_CORRUPT', message);
    }
  }

  /** The log is at its end. @returns the keys of the runs that are damaged */
  end(): readonly string[] {
    const { table } = this.#index;
    for (const [runId, { places, last }] of this.#orphans) {
      const facts = { key: runId, flow: UNKNOWN, version: 0, fingerprint: '', inputsHash: '', owner: null };
      // In the place of its beginning, which is not there.
      table.create({ ...facts, state: 'FAILURE', entry: last }, { ...(places[0] as Place) });
      for (const place of places) table.get(runId)?.places.push(place);
      if (!this.#damage.has(runId)) this.#damage.set(runId, LOST_BEGINNING);
    }
    const keys: string[] = [];
    for (const [runId, damage] of this.#damage) {
      const record = table.get(runId);
      if (record === undefined) continue;
      table.condemn(record, damage);
      keys.push(record.key);
    }
    return keys;
  }

  #begin(run: NewRun, place: Place): void {
    const { runId } = run.entry;
    const { table } = this.#index;
    const state = stateIn(run.state);
    if (table.get(runId) !== undefined) this.#corrupt(runId, 0, 'it is begun twice');
    else table.create({ ...run, state: state ?? 'FAILURE' }, place);
    if (state === undefined) this.#corrupt(runId, -1, `it has the state ${JSON.stringify(run.state)}, which no run can have`);
  }

  #append({ entry, change }: Extract<RecordMeta, { type: 'entry' }>, place: Place): void {
    const { runId, seq } = entry;
    const { table } = this.#index;
    const record = table.get(runId);
    if (record === undefined) {
      this.#orphan(entry, place);
      return;
    }
    const next = record.tail.seq + 1;
    // What stands before a snapshot is not read any more.
    if (entry.kind === 'snapshot' && (this.#damage.get(runId)?.seq ?? 0) > 0) this.#damage.delete(runId);
    else if (entry.kind !== 'snapshot' && seq > next)
      this.#condemn(runId, { code: 'JOURNAL_GAP', seq: next, reason: 'this entry is missing' });
    if (seq < next) this.#corrupt(runId, seq, 'this entry is there twice');
    const state = change?.summary?.state;
    if (state !== undefined && stateIn(state) === undefined)
      this.#corrupt(runId, seq, `it says that the run is ${JSON.stringify(state)}, which no run can be`);
    table.append(record, { entry, ...change }, place);
  }

  #remove(runIds: readonly string[]): void {
    this.#index.table.remove(runIds);
    for (const runId of runIds) {
      this.#damage.delete(runId);
      this.#orphans.delete(runId);
    }
  }

  /** @returns whether it is known whose it was */
  #salvage(remains: Remains, place: Place): boolean {
    const { table } = this.#index;
    switch (remains.kind) {
      case 'shared':
        return true;
      case 'pruned':
        // Only runs that have ended are ever pruned.
        this.#remove(remains.runIds.filter((runId) => isEnded(table.get(runId)?.state ?? 'RUNNING')));
        return true;
      case 'begun':
        if (table.get(remains.runId) === undefined) table.create(runOf(remains), place);
        this.#corrupt(remains.runId, 0, damagedAt(place));
        return true;
      case 'entry':
      case 'message': {
        const runId = this.#owner(remains);
        if (runId === undefined) return false;
        if (!this.#knows(runId)) this.#orphan(lostEntry(runId), place);
        const next = (table.get(runId)?.tail.seq ?? -2) + 1;
        this.#corrupt(runId, remains.kind === 'entry' ? next : -1, damagedAt(place));
        return true;
      }
    }
  }

  /** Which run an entry or a message was of: by its own id, one that is nearly the same, or that of the run's writer. */
  #owner({ runId, others }: Extract<Remains, { kind: 'entry' | 'message' }>): string | undefined {
    const known = [...(runId === undefined ? [] : [runId]), ...others].find((id) => this.#knows(id));
    if (known !== undefined) return known;
    const records = [...this.#index.table.records()];
    const written = records.filter(({ tail }) => others.includes(tail.writer));
    return (runId === undefined ? undefined : nearestId(runId, records)) ?? (written.length === 1 ? written[0]?.runId : runId);
  }

  #orphan(entry: EntryMeta, place: Place): void {
    const { runId } = entry;
    const orphan = this.#orphans.get(runId) ?? { places: [], last: entry };
    orphan.places.push(place);
    orphan.last = entry;
    this.#orphans.set(runId, orphan);
  }

  #knows(runId: string): boolean {
    return this.#index.table.get(runId) !== undefined || this.#orphans.has(runId);
  }

  #corrupt(runId: string, seq: number, reason: string): void {
    this.#condemn(runId, { code: 'JOURNAL_CORRUPT', seq, reason });
  }

  /** What was found first says most. */
  #condemn(runId: string, damage: RunDamage): void {
    if (!this.#damage.has(runId)) this.#damage.set(runId, damage);
  }
}

/** What else changes as a run begins by its schedule; what is asked of a run that is damaged or gone is nothing to anybody. */
export function foldFired(table: RunTable<Place>, { schedule, messages }: FiredMeta): void {
  table.schedules.set(schedule);
  for (const message of messages) {
    const record = table.get(message.runId);
    if (record !== undefined) table.deliver(record, message);
  }
}

function metaOf(text: string, { segment, offset }: Place): RecordMeta {
  try {
    return JSON.parse(text) as RecordMeta;
  } catch (cause) {
    const message = `'${segment.path}' has a line at byte ${offset} that flowproof did not write: restore the file from a backup`;
    throw new PersistenceError('JOURNAL_CORRUPT', message, { cause });
  }
}

function stateIn(word: unknown): RunState | undefined {
  return RUN_STATES.find((state) => state === word);
}

function damagedAt({ segment, offset }: Place): string {
  return `'${segment.path}' is damaged at byte ${offset}`;
}

/** A run of which this is what can still be read. */
function runOf({ runId, key, facts, atMs }: Extract<Remains, { kind: 'begun' }>): NewRun {
  const { flow, version, fingerprint, inputsHash, logbook } = facts;
  return {
    key,
    flow: textOr(flow, UNKNOWN),
    version: typeof version === 'number' ? version : 0,
    fingerprint: textOr(fingerprint, ''),
    inputsHash: textOr(inputsHash, ''),
    ...(typeof logbook === 'string' ? { logbook } : {}),
    state: 'FAILURE',
    owner: null,
    entry: { ...lostEntry(runId), seq: 0, ...(atMs === undefined ? {} : { atMs }) },
  };
}

/** Stands for an entry of which nothing is known but its run. The first digits of a run's id are its time. */
function lostEntry(runId: string): EntryMeta {
  const atMs = Number.parseInt(runId.replace('-', '').slice(0, 12), 16);
  return { runId, seq: -1, epoch: 0, kind: 'step', writer: '', stepId: '', atMs: Number.isFinite(atMs) ? atMs : 0 };
}

function textOr(value: Json | undefined, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
