import type { Job } from '../contract/job.js';
import type { JobRecord } from './job-record.js';

/** A record as stores keep it. The number is that of its format. */
export function writeRecord(record: JobRecord): string {
  return JSON.stringify({ format: 1, ...record });
}

/**
 * The record in a text, or why it is none: somebody else wrote there, or a version of flowproof that knows more than this one.
 * What is given has all that this version relies on.
 */
export function readRecord(text: string): JobRecord | string {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch (error) {
    return `it is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (!isRecord(stored)) return 'it is no record of a job';
  const { format, ...record } = stored;
  if (format !== 1) return `its format is ${JSON.stringify(format)}, and this version of flowproof reads 1`;
  const why = whyNoJob(record.job);
  if (why !== undefined) return why;
  if (!isCount(record.claims) || !isCount(record.losses)) return 'it has no number of claims or losses';
  const history = Array.isArray(record.history) ? record.history : [];
  return { ...record, job: record.job as Job, claims: record.claims, losses: record.losses, history };
}

/** Why a value is no job; nothing when it is one. */
export function whyNoJob(job: unknown): string | undefined {
  if (!isRecord(job)) return 'it has no job';
  if (typeof job.id !== 'string' || typeof job.flow !== 'string') return 'its job has no id or no flow';
  if (typeof job.priority !== 'number' || typeof job.postedAtMs !== 'number') return 'its job has no priority or no time';
  if (!('inputs' in job)) return 'its job has no inputs';
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
