import { messageOf } from '../../model/in-words.js';
import type { Json } from '../../model/json.js';
import { isJsonArray } from '../../model/json.js';
import type { StoredEntry } from '../contract/entry.js';
import { ENTRY_FORMAT, type Entry } from '../contract/entry.js';
import { JournalError } from '../contract/journal-error.js';
import { decodeTransition } from '../transitions/decode.js';
import { WrittenByNewer } from '../transitions/kind.js';
import { kindOf, type Transition } from '../transitions/table.js';

/**
 * From the format in front to the next one. Pure, and kept forever: a journal may be older than any server that runs.
 * Each one up to now has more words, and all of those before it.
 */
const UPCASTS: ReadonlyMap<number, (transitions: Json) => Json> = new Map([
  [1, (transitions) => transitions],
  [2, (transitions) => transitions],
]);

/** The stored form: JSON text, where a run of equal bare transitions over consecutive atoms is one tuple `["RUNNING",[1,101]]`. */
export function encodeTransitions(transitions: readonly Transition[]): string {
  for (let index = 1; index < transitions.length; index++) {
    if (continues(transitions[index - 1], transitions[index])) return JSON.stringify(merge(transitions));
  }
  return JSON.stringify(transitions);
}

export function encodeEntry(entry: Entry): StoredEntry {
  return {
    runId: entry.runId,
    seq: entry.seq,
    epoch: entry.epoch,
    kind: entry.kind,
    writer: entry.writer,
    stepId: entry.stepId,
    format: entry.format,
    atMs: entry.atMs,
    transitions: encodeTransitions(entry.transitions),
  };
}

/**
 * Checks everything that can be checked without knowing the flow, so that `fold` may trust what it is given.
 *
 * @param atomCount how many atoms the run has before this entry
 * @throws JournalError `JOURNAL_CORRUPT`, `JOURNAL_TOO_NEW`
 */
export function decodeEntry(stored: StoredEntry, atomCount: number): Entry {
  const { runId, seq } = stored;
  const surroundings = faultOf(stored);
  if (surroundings !== undefined) throw new JournalError('JOURNAL_CORRUPT', runId, seq, surroundings);
  if (stored.format > ENTRY_FORMAT) {
    const reason = `it has format ${stored.format}, and this version reads up to ${ENTRY_FORMAT}: a newer flowproof wrote it`;
    throw new JournalError('JOURNAL_TOO_NEW', runId, seq, reason);
  }
  try {
    const transitions = decodeTransitions(stored, atomCount);
    checkPlaces(stored, transitions);
    const { epoch, kind, writer, stepId, format, atMs } = stored;
    return { runId, seq, epoch, kind, writer, stepId, format, atMs, transitions };
  } catch (cause) {
    if (!(cause instanceof WrittenByNewer)) throw new JournalError('JOURNAL_CORRUPT', runId, seq, messageOf(cause), { cause });
    throw new JournalError('JOURNAL_TOO_NEW', runId, seq, `${messageOf(cause)}, which this version can't read`, { cause });
  }
}

function decodeTransitions(stored: StoredEntry, atomCount: number): Transition[] {
  let tuples = JSON.parse(stored.transitions) as Json;
  for (let format = stored.format; format < ENTRY_FORMAT; format++) {
    const upcast = UPCASTS.get(format);
    if (upcast === undefined) throw new Error(`format ${format} was never in use`);
    tuples = upcast(tuples);
  }
  if (!isJsonArray(tuples)) throw new Error('its transitions are not a list');
  const transitions: Transition[] = [];
  let count = atomCount;
  for (const tuple of tuples) {
    decodeTransition(tuple, count, transitions);
    count = atomsAfter(transitions.at(-1), count);
  }
  return transitions;
}

/** How many atoms a run has after a transition: another flow has others. */
export function atomsAfter(transition: Transition | undefined, before: number): number {
  if (transition === undefined) return before;
  const { atomsAfter: after } = kindOf(transition[0]);
  return after === undefined ? before : after(transition.slice(1), before);
}

/** @throws Error when a word stands where it can't */
function checkPlaces({ seq, kind }: StoredEntry, transitions: readonly Transition[]): void {
  for (const [index, [word]] of transitions.entries()) {
    const { stands } = kindOf(word);
    if (stands === 'first' && (seq !== 0 || index !== 0)) throw new Error('a run is created in the middle of it');
    if (stands === 'alone' && (kind !== 'snapshot' || transitions.length !== 1))
      throw new Error('a snapshot stands among other transitions');
  }
  const head = transitions[0] === undefined ? undefined : kindOf(transitions[0][0]).stands;
  if (seq === 0 && head !== 'first') throw new Error('a run begins without being created');
  if (kind === 'snapshot' && head !== 'alone') throw new Error('a snapshot is empty');
}

function faultOf({ seq, epoch, kind, writer, stepId, format, atMs }: StoredEntry): string | undefined {
  if (!Number.isSafeInteger(seq) || seq < 0) return `its seq is ${seq}`;
  if (!Number.isSafeInteger(epoch) || epoch < 0) return `its epoch is ${epoch}`;
  if (kind !== 'step' && kind !== 'snapshot') return `its kind is '${String(kind)}'`;
  if (typeof writer !== 'string' || typeof stepId !== 'string') return 'it does not say who wrote it';
  if (!Number.isSafeInteger(format) || format < 1) return `its format is ${format}`;
  if (!Number.isFinite(atMs)) return `its time is ${atMs}`;
  return undefined;
}

function continues(before: Transition | undefined, after: Transition | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  if (before[0] !== after[0] || before.length !== 2 || after.length !== 2) return false;
  return kindOf(before[0]).inRuns === true && typeof before[1] === 'number' && after[1] === before[1] + 1;
}

function merge(transitions: readonly Transition[]): unknown[] {
  const merged: unknown[] = [];
  for (let from = 0; from < transitions.length; ) {
    let to = from + 1;
    while (to < transitions.length && continues(transitions[to - 1], transitions[to])) to++;
    const first = transitions[from] as readonly [string, number];
    merged.push(to - from === 1 ? first : [first[0], [first[1], first[1] + to - from]]);
    from = to;
  }
  return merged;
}
