import type { JobInfo, JobsQuery } from '../contract/job.js';
import type { JobBoard } from '../contract/job-board.js';

export interface RequeueOptions {
  /** Only says which jobs it would be. Default: `false`. */
  readonly preview?: boolean;
}

/** Requeues jobs in the trash, those of `query` or all of them; `jobs` are those that were, or would be. */
export async function requeueAll(
  board: JobBoard,
  { flow, limit = Number.POSITIVE_INFINITY }: Pick<JobsQuery, 'flow' | 'limit'> = {},
  { preview = false }: RequeueOptions = {},
): Promise<{ readonly jobs: readonly JobInfo[] }> {
  const jobs: JobInfo[] = [];
  for (let after: string | undefined; ; ) {
    const query: JobsQuery = {
      states: ['trashed'],
      limit: 1_000,
      ...(flow !== undefined && { flow }),
      ...(after !== undefined && { after }),
    };
    const page = await board.jobs(query);
    for (const job of page.jobs) {
      if (jobs.length >= limit) return { jobs };
      if (preview || (await board.requeue(job.id))) jobs.push(job);
    }
    if (page.next === undefined) return { jobs };
    after = page.next;
  }
}
