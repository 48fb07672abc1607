import { inWords } from '../../model/in-words.js';
import type { JobInfo, JobsPage, JobsQuery } from '../contract/job.js';
import type { BoardDriver } from './driver.js';

const MOST_ON_A_PAGE = 1_000;
const USUAL = 100;

/** @throws TypeError for a page that is too large, or none */
export function demandPage({ limit = USUAL }: JobsQuery): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ON_A_PAGE)
    throw new TypeError(`the limit of a page must be from 1 to ${MOST_ON_A_PAGE}, not ${inWords(limit)}`);
}

/** A page of those that are asked for: pages of all are read until there are enough of them. */
export async function listJobs(driver: BoardDriver, { states, flow, after, limit = USUAL }: JobsQuery): Promise<JobsPage> {
  const isAskedFor = (info: JobInfo): boolean =>
    (states === undefined || states.includes(info.state)) && (flow === undefined || info.job?.flow === flow);
  const jobs: JobInfo[] = [];
  for (let from = after; ; ) {
    const page = await driver.page(from, MOST_ON_A_PAGE);
    for (const info of page.jobs) {
      if (!isAskedFor(info)) continue;
      // One more than asked for: there is another page.
      if (jobs.length === limit) return { jobs, next: (jobs.at(-1) as JobInfo).id };
      jobs.push(info);
    }
    if (page.next === undefined) return { jobs };
    from = page.next;
  }
}
