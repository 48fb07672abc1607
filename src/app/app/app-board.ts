import { type JobBoard, requeueAll } from '../../boards/index.js';
import type { AppBoard } from './posting.js';

/** A board outside of the store, as operators use it. */
export function appBoardOf(board: JobBoard): AppBoard {
  return {
    jobs: (query) => board.jobs(query),
    counts: () => board.counts(),
    requeue: (which = {}, options) => (typeof which === 'string' ? requeueOne(board, which, options) : requeueAll(board, which, options)),
    pause: (flow) => board.pause(flow),
    resume: (flow) => board.resume(flow),
    paused: () => board.paused(),
  };
}

async function requeueOne(
  board: JobBoard,
  id: string,
  { preview = false }: { readonly preview?: boolean } = {},
): ReturnType<AppBoard['requeue']> {
  const job = await board.job(id);
  const isRequeued = job !== undefined && (preview ? job.state === 'trashed' || job.state === 'delayed' : await board.requeue(id));
  return { jobs: isRequeued ? [job] : [] };
}
