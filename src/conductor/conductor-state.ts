import type { Failure } from '../model/failure.js';

/** What a conductor does now, for people and for probes. */
export interface ConductorState {
  /**
   * `idle`: not started. `starting`: it opens the store and joins the board. `ready`: it claims. `waiting`: the board or the store
   * is out of reach, and it tries again. `stopping`: it claims nothing more, and what it has ends or is handed over.
   */
  readonly status: 'idle' | 'starting' | 'ready' | 'waiting' | 'stopping' | 'stopped';
  /** Whether it claims and drives jobs: what a readiness probe asks. */
  readonly isReady: boolean;
  /** Why it is `waiting`, or was stopped by itself. */
  readonly failure?: Failure;
  /** Name of the board; `store` where it claims from the store of its app. */
  readonly board: string;
  /** Flows whose jobs it claims. */
  readonly flows: readonly string[];
  readonly concurrency: number;
  /** What it has claimed and not settled yet. */
  readonly jobs: readonly ConductedJob[];
  readonly counts: ConductorCounts;
}

/** A job that a conductor works on. */
export interface ConductedJob {
  /** Also the id of its run. */
  readonly id: string;
  readonly flow: string;
  /** Which claim of the job this is, from 1. */
  readonly attempt: number;
  /** When it was claimed, milliseconds since 1970. */
  readonly claimedAtMs: number;
}

/** What became of jobs since the conductor was started. */
export interface ConductorCounts {
  readonly claimed: number;
  readonly consumed: number;
  readonly abandoned: number;
  readonly trashed: number;
  /** Its session was over before the job was settled. */
  readonly lost: number;
}
