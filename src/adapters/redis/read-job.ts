import { type Job, whyNoJob } from '../../boards/index.js';

/** A job as it was posted, with the time that the server has for it; or why it is none. */
export function readJob(text: string | null, postedAtMs: number): Job | string {
  try {
    const job: unknown = { ...(JSON.parse(text ?? '') as object), postedAtMs };
    return whyNoJob(job) ?? (job as Job);
  } catch (error) {
    return `the job is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}
