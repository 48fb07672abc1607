import { type AppBoard, flowproof } from 'flowproof';
import type { JobInfo } from 'flowproof/contracts';
import { appBoardOf, type UntypedOptions } from '#app';
import { appIn } from '../store/app-module.js';
import { storeAt } from '../store/database.js';
import { named, STORE_TIMEOUT_MS, type Where } from '../store/opened.js';
import type { Io } from '../terminal/io.js';

/** A board as a command has it. */
export interface OpenedBoard extends AppBoard {
  /** How a job stands, where that can be asked of one. */
  job?(id: string): Promise<JobInfo | undefined>;
}

/**
 * Does something with the board of the app, or with a store that is one, and lets go of it.
 *
 * @throws UsageError, BoardError, PersistenceError
 */
export async function withBoard<Result>(
  where: Where,
  io: Io,
  use: 'read' | 'write',
  act: (board: OpenedBoard) => Promise<Result>,
): Promise<Result> {
  const options = where.app === undefined ? undefined : await appIn(where.app, io.folder);
  const board = options?.board;
  if (board === undefined) return withStoreBoard(options, where, io, use, act);
  try {
    await board.open();
    return await act({ ...appBoardOf(board), job: (id) => board.job(id) });
  } finally {
    await board.close().catch(() => undefined);
  }
}

/** No flows are needed: what is asked of a job that has not begun is written beside it. */
async function withStoreBoard<Result>(
  options: UntypedOptions | undefined,
  where: Where,
  { folder }: Io,
  use: 'read' | 'write',
  act: (board: OpenedBoard) => Promise<Result>,
): Promise<Result> {
  const persistence = options?.persistence ?? { kind: 'named', ...(await storeAt(named(where), folder, use)) };
  const app = flowproof({ persistence, flows: [], recover: false, storeTimeoutMs: STORE_TIMEOUT_MS });
  try {
    return await act(app.board);
  } finally {
    await app.stop();
  }
}
