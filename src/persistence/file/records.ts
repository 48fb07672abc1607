import { digest } from '../../model/ids.js';
import type { Json } from '../../model/json.js';
import { ANY_COUNT, type LimitChange } from '../../model/limits/flow-limits.js';
import type { ChangedLimit } from '../contract/claims.js';
import type { StoredEntry } from '../contract/entry.js';
import type { AppendItem, CreateRunParams, InboxMessage, Logbook, Shape } from '../contract/journal.js';
import { grouping } from '../contract/logbook.js';
import type { StoredSchedule } from '../contract/schedules.js';
import { encodeTransitions } from '../format/entry-format.js';
import { encodeShape } from '../format/shape-format.js';
import type { NewRun, RunDamage } from '../memory/run-record.js';
import type { OwnerChange } from '../memory/take-runs.js';
import type { NewLine } from './log/segment.js';

type EntryMeta = Omit<StoredEntry, 'transitions'>;
export type RunMeta = Omit<NewRun, 'entry'>;
type ChangeMeta = Pick<AppendItem, 'consume' | 'summary'>;

/** What changes together with a run that begins: its schedule, and what it asks of those that it replaces. */
export interface FiredMeta {
  readonly schedule: StoredSchedule;
  readonly messages: readonly InboxMessage[];
}

/** What a line of the log says about itself. Its body is: of `run` and `entry` the transitions, of `shape` the shape, of `message` the payload. */
export type RecordMeta =
  | { readonly type: 'shape'; readonly fingerprint: string }
  | { readonly type: 'run'; readonly entry: EntryMeta; readonly check: string; readonly run: RunMeta; readonly fired?: FiredMeta }
  | { readonly type: 'entry'; readonly entry: EntryMeta; readonly change?: ChangeMeta }
  | { readonly type: 'message'; readonly message: Omit<InboxMessage, 'payload'> }
  | { readonly type: 'logbook'; readonly logbook: Logbook }
  /** How schedules are from then on. */
  | { readonly type: 'schedules'; readonly schedules: readonly StoredSchedule[] }
  | { readonly type: 'unscheduled'; readonly schedule: string }
  /** How limits are from then on. */
  | { readonly type: 'limits'; readonly limits: readonly ChangedLimit[] }
  /** What the code says counts again. */
  | { readonly type: 'unlimited'; readonly limit: string }
  | { readonly type: 'prune'; readonly runIds: readonly string[] }
  /** What was found to be damaged, in files that are gone. */
  | { readonly type: 'damage'; readonly runId: string; readonly damage: RunDamage }
  | { readonly type: 'owners'; readonly changes: readonly OwnerChange[] };

export function shapeLine(shape: Shape): NewLine {
  return line({ type: 'shape', fingerprint: shape.fingerprint }, encodeShape(shape));
}

export function runLine(
  { entry, key, flow, version, inputsHash, state, owner, wakeAtMs, priority, limitKey, shape, ...rest }: CreateRunParams,
  fired?: FiredMeta,
): NewLine {
  const wake = { ...(wakeAtMs === undefined ? {} : { wakeAtMs }), ...(priority === undefined ? {} : { priority }) };
  const counted = limitKey === undefined ? {} : { limitKey };
  const run = { key, flow, version, fingerprint: shape.fingerprint, inputsHash, state, owner, ...wake, ...counted, ...grouping(rest) };
  return runLineOf({ entry: metaOf(entry), run, ...(fired === undefined ? {} : { fired }) }, encodeTransitions(entry.transitions));
}

/** The line of a run that has one already. */
export function runLineOf(
  { entry, run, ...fired }: { readonly entry: EntryMeta; readonly run: RunMeta; readonly fired?: FiredMeta },
  body: string,
): NewLine {
  return line({ type: 'run', entry, check: checkOf(entry.runId, run.key), run, ...fired }, body);
}

/** Tells which of two keys is that of a run, should the line be damaged: see `remainsIn`. */
export function checkOf(runId: string, key: string): string {
  return digest(runId, key).slice(0, 8);
}

export function entryLine({ entry, consume, summary }: AppendItem): NewLine {
  const change = { ...(consume === undefined ? {} : { consume }), ...(summary === undefined ? {} : { summary }) };
  const changes = Object.keys(change).length > 0 ? { change } : {};
  return line({ type: 'entry', entry: metaOf(entry), ...changes }, encodeTransitions(entry.transitions));
}

export function messageLine({ id, runId, kind, payload }: InboxMessage): NewLine {
  return line({ type: 'message', message: { id, runId, kind } }, payload === undefined ? '' : JSON.stringify(payload));
}

export function logbookLine(logbook: Logbook): NewLine {
  return line({ type: 'logbook', logbook }, '');
}

export function schedulesLine(schedules: readonly StoredSchedule[]): NewLine {
  return line({ type: 'schedules', schedules }, '');
}

export function unscheduledLine(schedule: string): NewLine {
  return line({ type: 'unscheduled', schedule }, '');
}

export function limitsLine(limits: readonly ChangedLimit[]): NewLine {
  return line({ type: 'limits', limits: limits.map(writtenLimit) }, '');
}

export function unlimitedLine(limit: string): NewLine {
  return line({ type: 'unlimited', limit }, '');
}

export function pruneLine(runIds: readonly string[]): NewLine {
  return line({ type: 'prune', runIds }, '');
}

export function damageLine(runId: string, damage: RunDamage): NewLine {
  return line({ type: 'damage', runId, damage }, '');
}

export function ownersLine(changes: readonly OwnerChange[]): NewLine {
  return line({ type: 'owners', changes }, '');
}

export function messageOf(meta: Extract<RecordMeta, { type: 'message' }>, body: string): InboxMessage {
  return body === '' ? meta.message : { ...meta.message, payload: JSON.parse(body) as Json };
}

function metaOf({ runId, seq, epoch, kind, writer, stepId, format, atMs }: EntryMeta): EntryMeta {
  return { runId, seq, epoch, kind, writer, stepId, format, atMs };
}

function line(meta: RecordMeta, body: string): NewLine {
  return { meta: JSON.stringify(meta), body };
}

/** JSON has no `Infinity`. */
function writtenLimit(limit: ChangedLimit): ChangedLimit {
  return counted(limit, (count) => Math.min(count, ANY_COUNT));
}

/** As it was before it was written. */
export function readLimit(limit: ChangedLimit): ChangedLimit {
  return counted(limit, (count) => (count >= ANY_COUNT ? Number.POSITIVE_INFINITY : count));
}

function counted(limit: ChangedLimit, count: (given: number) => number): ChangedLimit {
  const { concurrency } = limit.change;
  const change: LimitChange = concurrency === undefined ? limit.change : { ...limit.change, concurrency: count(concurrency) };
  return { ...limit, change };
}
