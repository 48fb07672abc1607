import type { Job, JobCounts, JobInfo, TrashReason } from '../contract/job.js';
import type { Paused } from '../contract/job-board.js';
import type { Posting } from '../record/posting.js';

/**
 * What a kind of board must do, one request a method, and nothing more: deadlines, the renewal of sessions and the judgement of
 * arguments are `boardOf`'s. Rejects with BoardError where it knows what a failure means, and with anything else otherwise.
 */
export interface BoardDriver {
  open(): Promise<void>;
  close(): Promise<void>;
  /** Which of them were posted; the others' ids are taken. */
  post(postings: readonly Posting[]): Promise<readonly boolean[]>;
  join(member: Member): Promise<SessionDriver>;
  read(id: string): Promise<JobInfo | undefined>;
  /** Jobs in the order of their ids, from the one after `after` on: some of them, and where to go on. */
  page(after: string | undefined, limit: number): Promise<{ readonly jobs: readonly JobInfo[]; readonly next?: string }>;
  counts(): Promise<JobCounts>;
  requeue(id: string): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  /** Pauses a flow, or the board. */
  pause(flow: string | undefined): Promise<void>;
  resume(flow: string | undefined): Promise<void>;
  paused(): Promise<Paused>;
  watch(news: () => void): () => void;
}

/** Who joins. */
export interface Member {
  /** Unique for each session. */
  readonly id: string;
  readonly who: string;
  readonly leaseMs: number;
}

/** A job that a session got. */
export interface Taken {
  readonly job: Job;
  readonly token: string;
  /** Claims of it, with this one. */
  readonly claims: number;
  /** Claims of it that died before. */
  readonly losses: number;
}

export type Ending =
  | { readonly kind: 'consume' }
  | { readonly kind: 'abandon'; readonly delayMs: number; readonly counted: boolean; readonly reason?: string }
  | { readonly kind: 'trash'; readonly reason: TrashReason };

export interface SessionDriver {
  /** `false`: the server has ended the session. */
  renew(): Promise<boolean>;
  /** Rejects with `BOARD_CLOSED` when the server has ended the session. What can't be read is put into the trash, and not given. */
  claim(flows: readonly string[], limit: number): Promise<readonly Taken[]>;
  /** All that the server says is this session's. */
  held(): Promise<readonly Taken[]>;
  /** `false`: not by this token, or not in this session any more. Again by the same token after it was consumed: `true`. */
  end(id: string, token: string, ending: Ending): Promise<boolean>;
  /** The session is over; its claims have ended. */
  leave(): Promise<void>;
  /** Nobody works in the session any more: whatever would keep it alive on the server ends. What it still has is free when its lease is over. */
  drop(): void;
}
