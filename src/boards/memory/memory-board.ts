import { type Clock, systemClock } from '../../model/clock.js';
import type { JobBoard } from '../contract/job-board.js';
import { boardOf } from '../session/board.js';
import { MemoryDriver } from './memory-driver.js';

export interface MemoryBoardOptions {
  /** By what it is told apart from other boards. Default: `memory`. */
  readonly name?: string;
  /** What jobs and sessions are timed by. Default: the system's. */
  readonly clock?: Clock;
  /** How long an id is remembered after its job was consumed, in milliseconds. Default: ten minutes. */
  readonly dedupeMs?: number;
}

/** How long consumed ids are remembered. */
export const DEDUPE_MS = 600_000;

/**
 * A board in the memory of this process, for tests and for one process: its jobs are gone with it.
 *
 * @example
 * ```ts
 * import { memoryBoard } from 'flowproof';
 * const board = memoryBoard();
 * await board.post([{ flow: 'order', id: 'o-7', inputs: { total: 3 } }]);
 * const session = await board.join({ who: 'me', leaseMs: 10_000 });
 * for (const claim of await session.claim({ flows: ['order'], limit: 1 })) await session.consume(claim);
 * await session.leave();
 * await board.close();
 * ```
 */
export function memoryBoard({ name = 'memory', clock = systemClock, dedupeMs = DEDUPE_MS }: MemoryBoardOptions = {}): JobBoard {
  return boardOf({ name, driver: new MemoryDriver(clock, dedupeMs), clock });
}
