import type { RunState } from '../../model/states.js';
import type { Entry } from '../contract/entry.js';
import type { AppendItem, CreateRunParams, InboxMessage, LoadOptions, Metadata } from '../contract/journal.js';
import type { WakeTime } from '../contract/takes.js';

/** What a store in one process knows about a run; `Place` is where it keeps an entry. */
export interface RunRecord<Place> {
  readonly runId: string;
  readonly key: string;
  readonly flow: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly inputsHash: string;
  readonly createdAtMs: number;
  readonly logbook?: string;
  readonly metadata?: Metadata;
  state: RunState;
  /** See {@link RunSummary.partial}. */
  partial: true | undefined;
  endedAtMs: number | undefined;
  owner: string | undefined;
  /** How often it was taken since its last owner wrote of it. */
  takes: number;
  /** When it is due; a message that lets it go on makes that at once. Absent: a RUNNING one at once, others never. */
  wakeAtMs: WakeTime | undefined;
  /** Of posted runs the highest is claimed first. */
  readonly priority: number;
  /** See {@link CreateRunParams.limitKey}. */
  limitKey: string | undefined;
  /** The entries' places in order. */
  readonly places: Place[];
  /** Index in `places` of what a reader begins with. */
  start: number;
  tail: Pick<Entry, 'seq' | 'epoch' | 'writer' | 'stepId' | 'atMs'>;
  /** By the message's id, oldest first. */
  readonly inbox: Map<string, InboxMessage>;
  /** Why nothing of it is given out. */
  damage?: RunDamage;
}

/** What is wrong with what is kept of a run. */
export interface RunDamage {
  readonly code: 'JOURNAL_GAP' | 'JOURNAL_CORRUPT';
  /** -1 when it is about the run as a whole. */
  readonly seq: number;
  readonly reason: string;
}

/** Index in `places` of what a reader begins with; between the first place and `start` there may be some that are gone. */
export function firstPlaceOf({ places, start, tail }: RunRecord<unknown>, { whole = false, after }: LoadOptions): number {
  if (after === undefined && !whole) return start;
  const from = Math.max(0, places.length - (tail.seq - (after?.seq ?? -1)));
  return places.length === tail.seq + 1 ? from : Math.max(start, from);
}

/** The seq of what stands there; nothing is missing from there on. */
export function seqAt({ places, tail }: RunRecord<unknown>, place: number): number {
  return tail.seq - (places.length - place) + 1;
}

/** What of an entry matters to the table of runs. */
export type EntryFacts = Omit<Entry, 'transitions' | 'format'>;

export interface NewRun extends Omit<CreateRunParams, 'entry' | 'shape'> {
  readonly entry: EntryFacts;
  readonly fingerprint: string;
  /** Default: with its first entry, when its state says that it has ended. */
  readonly endedAtMs?: number;
  readonly partial?: true;
}

export interface Change extends Pick<AppendItem, 'consume' | 'summary' | 'slots'> {
  readonly entry: EntryFacts;
}

export function tailOf({ seq, epoch, writer, stepId, atMs }: EntryFacts): RunRecord<unknown>['tail'] {
  return { seq, epoch, writer, stepId, atMs };
}
