import type { JobBoard } from '../../../src/contracts/index.js';
import type { BoardRig } from '../../../src/testing/boards/index.js';

const DEDUPE_MS = 1_000;

/** A rig of connections to one server; `more` is what else is known of it. */
export function serverRig(make: (options: { readonly dedupeMs: number }) => JobBoard, more: Partial<BoardRig> = {}): BoardRig {
  const boards: JobBoard[] = [];
  return {
    // A busy machine lets timers and processes wait, and a call that takes a third of the lease is given up.
    ...{ leaseMs: 6_000, lateMs: 6_000, dedupeMs: DEDUPE_MS },
    async connect() {
      const board = make({ dedupeMs: DEDUPE_MS });
      boards.push(board);
      await board.open();
      return board;
    },
    async close() {
      await Promise.all(boards.map((board) => board.close()));
    },
    ...more,
  };
}
