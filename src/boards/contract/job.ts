import type { Json } from '../../model/json.js';

/** Work that is offered: a run of a flow that nobody has begun. */
export interface NewJob {
  /** Also the id of its run. The same id twice is one job. Default: a new UUIDv7. */
  readonly id?: string;
  /** The flow that is to be run, by its name. */
  readonly flow: string;
  /** Its version when the job was posted. */
  readonly version?: number;
  /** The inputs of the run, as the store's codec writes them. */
  readonly inputs: Json;
  /** What the factory of the flow is called with, written the same way, where a factory makes it. */
  readonly args?: Json;
  /** From -100 to 100; the highest is claimed first, and of equals the one that has been free for the longest. Default: 0. */
  readonly priority?: number;
  /** Not to be claimed before so many milliseconds have passed, by the board's clock. Default: 0. */
  readonly delayMs?: number;
  /** How long the run may take from its creation, in milliseconds. Default: for ever. */
  readonly deadlineMs?: number;
  /** The logbook of the run. */
  readonly logbook?: string;
  /** What lists of runs can find the run by. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Which trace the run belongs to, as `traceparent` says it. */
  readonly trace?: string;
}

/** A job as the board has it: it never changes until it leaves. */
export interface Job extends Omit<NewJob, 'id' | 'priority' | 'delayMs'> {
  readonly id: string;
  readonly priority: number;
  /** When it was posted, by the board's clock: milliseconds since 1970. */
  readonly postedAtMs: number;
}

/** What became of a posting. */
export interface Posted {
  readonly id: string;
  /** `false`: a job with this id is on the board, or was consumed not long ago, so nothing was posted. */
  readonly posted: boolean;
}

/** `delayed`: free later. `trashed`: claimed by nobody any more, until an operator requeues it. */
export type JobState = 'free' | 'delayed' | 'claimed' | 'trashed';

/** What has happened to a job, other than that it was claimed. */
export interface JobMark {
  /** When, by the board's clock: milliseconds since 1970. */
  readonly atMs: number;
  /** `lost`: its claimer fell silent. */
  readonly what: 'lost' | 'abandoned' | 'trashed' | 'requeued';
  /** The claimer. */
  readonly who?: string;
  readonly reason?: string;
}

/** Why a job is in the trash: a code, and a sentence for people. */
export interface TrashReason {
  /** `POISON`: too many claims of it died. `UNREADABLE`: what is stored can't be read. Others are those that claimers gave. */
  readonly code: string;
  readonly message: string;
}

/** A job, and how it stands. */
export interface JobInfo {
  readonly id: string;
  readonly state: JobState;
  /** Absent when what is stored can't be read: it is kept, as it is, in the trash. */
  readonly job?: Job;
  /** Claims of it so far. */
  readonly attempts: number;
  /** Those that died, or were given back as counted, since it was posted or requeued. */
  readonly losses: number;
  /** When a delayed job will be free, by the board's clock: milliseconds since 1970. */
  readonly dueAtMs?: number;
  /** Who has claimed it. */
  readonly claimedBy?: string;
  /** Why it is in the trash. */
  readonly trashed?: TrashReason;
  /** The last that has happened to it, the oldest first. */
  readonly history: readonly JobMark[];
}

export interface JobsQuery {
  /** Default: all. */
  readonly states?: readonly JobState[];
  /** Jobs of this flow only. */
  readonly flow?: string;
  /** The `next` of the page before. */
  readonly after?: string;
  /** From 1 to 1,000. Default: 100. */
  readonly limit?: number;
}

export interface JobsPage {
  /** In the order of their ids. */
  readonly jobs: readonly JobInfo[];
  /** Pass as `after` for the next page; absent on the last one. */
  readonly next?: string;
}

export type JobCounts = Readonly<Record<JobState, number>>;
