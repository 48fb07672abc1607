import { conductor, flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import type { JobSystem } from './held-transaction.js';
import { job } from './job-flow.js';
import { FIRST } from './steps.js';

/** Jobs that each has at once. */
export const AT_ONCE = 16;

/** A conductor and who posts, in one app. */
export async function ours(url: string): Promise<JobSystem> {
  const app = flowproof({ persistence: postgres(url), flows: [job], services: { begun: () => undefined }, recover: false });
  const works = conductor(app, { concurrency: AT_ONCE });
  await works.start();
  return {
    name: 'flowproof',
    url,
    async batch(jobs) {
      const handles = await Promise.all(Array.from({ length: jobs }, () => app.post(job, { inputs: { value: FIRST } })));
      for (const { state } of await Promise.all(handles.map((handle) => handle.result())))
        if (state !== 'SUCCESS') throw new Error(`a job ended ${state}`);
    },
    async close() {
      await works.stop();
      await app.stop();
    },
  };
}

/** @throws Error when it is not installed in bench/peers */
export async function pgBoss(url: string): Promise<JobSystem> {
  const program = new URL('../../bench/peers/pg-boss-jobs.mjs', import.meta.url).href;
  const { open } = (await import(program)) as { open(url: string, atOnce: number): Promise<Omit<JobSystem, 'url'>> };
  return { url, ...(await open(url, AT_ONCE)) };
}
