import type { BoardSession, Claim, JobBoard } from '../../boards/index.js';
import { demand } from './demand.js';

/** A board that is to be judged. */
export interface BoardRig {
  /** Another connection to the same jobs, of which there are none at first; as another process would have it. */
  connect(): Promise<JobBoard>;
  /** The lease of sessions: as short as the board can have it. At least 1,000. */
  readonly leaseMs: number;
  /** How much later than its lease is over a silence may be noticed. Default: 1,000. */
  readonly lateMs?: number;
  /** Makes what is stored of a job unreadable, as another program might; absent for a board where that can't be. */
  spoil?(jobId: string): Promise<void>;
  /** How long consumed ids are remembered by boards of {@link connect}, where cases are to wait for its end; a second or so. */
  readonly dedupeMs?: number;
  /** Ends what {@link connect} gave, and whatever else there is. */
  close(): Promise<void>;
}

export interface BoardCase {
  /** What holds. */
  readonly name: string;
  /** @throws Error that says what does not hold */
  run(rig: BoardRig): Promise<void>;
}

/** When what a silent session has is free at the latest. */
export function freeWithinMs({ leaseMs, lateMs = 1_000 }: BoardRig): number {
  return leaseMs + lateMs;
}

export function join(board: JobBoard, { leaseMs }: BoardRig, who = 'claimer'): Promise<BoardSession> {
  return board.join({ who, leaseMs });
}

/** The one job that there is to claim. */
export async function claimOne(session: BoardSession, flow = 'order'): Promise<Claim> {
  const [claim, ...others] = await session.claim({ flows: [flow], limit: 1 });
  demand(
    claim !== undefined && others.length === 0,
    `a session that wants one job of '${flow}' got ${claim === undefined ? 'none' : 'more'}`,
  );
  return claim;
}

export async function claimIds(session: BoardSession, flows: readonly string[] = ['order'], limit = 10): Promise<readonly string[]> {
  return (await session.claim({ flows, limit })).map(({ job }) => job.id);
}
