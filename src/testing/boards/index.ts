import { claimingCases } from './claiming.js';
import { dyingCases } from './dying.js';
import { endingCases } from './ending.js';
import { operatingCases } from './operating.js';
import { postingCases } from './posting.js';
import type { BoardCase, BoardRig } from './rig.js';

export type { BoardCase, BoardRig } from './rig.js';

/**
 * What a board of jobs must do: a case for each promise of the contract that one process can see kept or broken.
 *
 * @example
 * ```ts
 * import { memoryBoard } from 'flowproof';
 * import { boardCases, runBoardCase } from 'flowproof/testing';
 * for (const one of boardCases.slice(0, 1)) {
 *   const board = memoryBoard();
 *   await runBoardCase(one, { connect: async () => board, leaseMs: 1_000, close: () => board.close() });
 * }
 * ```
 */
export const boardCases: readonly BoardCase[] = [...claimingCases, ...postingCases, ...endingCases, ...dyingCases, ...operatingCases];

/** Runs one case. @throws Error that says what does not hold */
export async function runBoardCase(one: BoardCase, rig: BoardRig): Promise<void> {
  try {
    await one.run(rig);
  } finally {
    await rig.close();
  }
}
