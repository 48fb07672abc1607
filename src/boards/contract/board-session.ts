import type { Job, TrashReason } from './job.js';

export interface JoinParams {
  /** Who claims, for people to read. */
  readonly who: string;
  /** After so many milliseconds of silence all that this session has claimed is free again. At least 1,000. */
  readonly leaseMs: number;
}

/**
 * A claimer's membership. One renewal, of which it takes care itself, keeps all its claims. When it falls silent, they are free
 * when the lease is over, and its tokens are worth nothing.
 */
export interface BoardSession {
  /**
   * Aborted when others may soon claim what this session has: by a timer of its own, two thirds of a lease after the last renewal
   * that succeeded was sent. Whoever works on a claim stops then. The session stays lost; join anew.
   */
  readonly lost: AbortSignal;
  /**
   * Claims free jobs, by priority, then by how long they have been free. May give fewer than there are.
   *
   * @throws BoardError `BOARD_CLOSED` when the session is lost or has left
   */
  claim(params: ClaimParams): Promise<readonly Claim[]>;
  /** The job is done: it leaves the board, and its id is remembered for a while. */
  consume(claim: Claim): Promise<ClaimEnd>;
  /** Gives a job back. */
  abandon(claim: Claim, options?: AbandonOptions): Promise<ClaimEnd>;
  /** Puts a job where nobody claims it, for operators to look at. */
  trash(claim: Claim, reason: TrashReason): Promise<ClaimEnd>;
  /** Gives back all that is claimed, uncounted, and ends the session. */
  leave(): Promise<void>;
}

export interface ClaimParams {
  /** Only jobs of these flows. */
  readonly flows: readonly string[];
  /** At most so many. */
  readonly limit: number;
  /** A job of which so many claims died is put into the trash (`POISON`) instead of being given. Default: no bound. */
  readonly maxLosses?: number;
}

export interface AbandonOptions {
  /** Not to be claimed before so many milliseconds have passed. Default: 0. */
  readonly delayMs?: number;
  /** Whether this is one of the job's losses. Default: `false`. */
  readonly counted?: boolean;
  /** For the history of the job. */
  readonly reason?: string;
}

/** A job that is this session's. */
export interface Claim {
  readonly job: Job;
  /** Proves that it is this claim and no later one. */
  readonly token: string;
  /** Which claim of the job this is, from 1. */
  readonly attempt: number;
  /** How many claims of it died before. */
  readonly losses: number;
}

/** `not-mine`: the claim is over, since the job was claimed by another one, or the session was silent for too long. Nothing was changed. */
export type ClaimEnd = 'done' | 'not-mine';
