import type { JobBoard } from '../../boards/index.js';

const uses = new WeakMap<JobBoard, number>();

/** The board is closed when the last app or conductor of this process that uses it has let go of it, with the returned function. */
export function useBoard(board: JobBoard): () => Promise<void> {
  uses.set(board, (uses.get(board) ?? 0) + 1);
  let isUsed = true;
  return async () => {
    if (!isUsed) return;
    isUsed = false;
    const others = (uses.get(board) ?? 1) - 1;
    uses.set(board, others);
    if (others === 0) await board.close();
  };
}
