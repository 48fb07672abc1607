import type { Job, JobInfo, JobMark, JobState, TrashReason } from '../contract/job.js';

/** All that a board keeps of a job. What happens to a job makes a new one: these functions, and nothing else, say which. */
export interface JobRecord {
  readonly job: Job;
  readonly claims: number;
  readonly losses: number;
  /** The last claim, until it has ended in order: the next claim of a job that still has one finds that it died. */
  readonly claimed?: { readonly who: string; readonly atMs: number };
  /** While it is delayed: when it will be free. */
  readonly dueAtMs?: number;
  /** Its place among the free ones of its flow, see {@link placeOf}. */
  readonly place?: string;
  readonly trashed?: TrashReason;
  readonly history: readonly JobMark[];
}

/** So many marks of a job are kept. */
const MOST_MARKS = 20;

export function claimedBy(record: JobRecord, who: string, atMs: number): JobRecord {
  return { ...afterLoss(record), claims: record.claims + 1, claimed: { who, atMs } };
}

/** As it is when nobody has it any more: what of a claim is left, died. */
function afterLoss(record: JobRecord): JobRecord {
  const { claimed, ...rest } = record;
  if (claimed === undefined) return rest;
  const mark: JobMark = { atMs: claimed.atMs, what: 'lost', who: claimed.who };
  return { ...rest, losses: record.losses + 1, history: withMark(record.history, mark) };
}

export interface GivenBack {
  readonly counted: boolean;
  readonly reason?: string;
  readonly dueAtMs?: number;
}

export function givenBack(record: JobRecord, atMs: number, { counted, reason, dueAtMs }: GivenBack): JobRecord {
  const { claimed, dueAtMs: _, ...rest } = record;
  const marks = reason === undefined ? [] : [{ atMs, what: 'abandoned' as const, ...by(claimed), reason }];
  return {
    ...rest,
    losses: record.losses + (counted ? 1 : 0),
    ...(dueAtMs !== undefined && { dueAtMs }),
    history: marks.reduce<readonly JobMark[]>(withMark, record.history),
  };
}

export function putInTrash(record: JobRecord, atMs: number, trashed: TrashReason): JobRecord {
  const { claimed, dueAtMs, place, ...rest } = record;
  const mark: JobMark = { atMs, what: 'trashed', ...by(claimed), reason: `${trashed.code}: ${trashed.message}` };
  return { ...rest, trashed, history: withMark(record.history, mark) };
}

/** Free at a new place: it is due, or an operator has requeued it. */
export function atPlace(record: JobRecord, place: string): JobRecord {
  const { dueAtMs, ...rest } = record;
  return { ...rest, place };
}

export function requeued(record: JobRecord, atMs: number, place: string): JobRecord {
  const { trashed, claimed, ...rest } = atPlace(record, place);
  return { ...rest, losses: 0, history: withMark(record.history, { atMs, what: 'requeued' }) };
}

function withMark(history: readonly JobMark[], mark: JobMark): readonly JobMark[] {
  return [...history, mark].slice(-MOST_MARKS);
}

const by = (claimed: JobRecord['claimed']): { who?: string } => (claimed === undefined ? {} : { who: claimed.who });

/** A job with its state, as callers see it. */
export function infoOf(record: JobRecord, state: JobState): JobInfo {
  const { job, claims, dueAtMs, trashed } = record;
  const { losses, history } = state === 'claimed' ? record : afterLoss(record);
  return {
    id: job.id,
    state,
    job,
    attempts: claims,
    losses,
    ...(state === 'delayed' && dueAtMs !== undefined && { dueAtMs }),
    ...(state === 'claimed' && record.claimed !== undefined && { claimedBy: record.claimed.who }),
    ...(trashed !== undefined && { trashed }),
    history,
  };
}

/** A job of which nothing can be read. */
export function unreadableInfo(id: string, message: string): JobInfo {
  return { id, state: 'trashed', attempts: 0, losses: 0, trashed: { code: 'UNREADABLE', message }, history: [] };
}

/** Where a free job stands: texts in the order in which jobs of a flow are claimed. `turn` grows with each job that becomes free. */
export function placeOf(priority: number, turn: number): string {
  return `${String(100 - priority).padStart(3, '0')}-${String(turn).padStart(15, '0')}`;
}

/** The length of a place as text. */
export const PLACE_LENGTH = 19;
