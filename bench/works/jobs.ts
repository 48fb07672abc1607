import { conductor, flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { consumed } from '../consumed.js';
import { type Sample, type System, timedAndCounted, type Work } from '../harness.js';
import { job } from '../job-flow.js';
import type { MeteredPostgres } from '../meter.js';
import { RawJobs } from '../raw-jobs.js';
import { advance, FIRST } from '../steps.js';

export interface JobsParams {
  /** Who claim, each over connections of its own. */
  readonly claimers: number;
  /** How many jobs each of them has at once. */
  readonly atOnce: number;
  readonly target: number;
}

const JOBS = 400;
const QUICK_JOBS = 60;

/** Jobs of one task that wait in PostgreSQL, until all are done. Raw: a claim with SKIP LOCKED and an update, of one job each. */
export function pgJobs({ claimers, atOnce, target }: JobsParams): Work {
  return {
    name: `jobs-${claimers}${atOnce > 1 ? '-batched' : ''}`,
    unit: 'job',
    target,
    async open({ quick, postgres }) {
      const server = await postgres();
      const jobs = quick ? QUICK_JOBS : JOBS;
      return [await raw(server, claimers, jobs), ours(server, { claimers, atOnce, jobs })];
    },
  };
}

async function raw(server: MeteredPostgres, claimers: number, jobs: number): Promise<System> {
  const loops: RawJobs[] = [];
  for (let n = 0; n < claimers; n++) loops.push(await RawJobs.connect(server.url));
  const drain = async (loop: RawJobs): Promise<void> => {
    for (let [one] = await loop.claim(1); one !== undefined; [one] = await loop.claim(1))
      await loop.done([{ id: one.id, output: await advance(one.input) }]);
  };
  return {
    name: 'raw',
    async sample() {
      await loops[0]?.post(Array.from({ length: jobs }, () => FIRST));
      return timedAndCounted(server, jobs, () => Promise.all(loops.map(drain)));
    },
    async close() {
      await Promise.all(loops.map((loop) => loop.close()));
    },
  };
}

/** Apps live only while they are measured: their heartbeats are not to be counted for others. */
function ours(server: MeteredPostgres, { claimers, atOnce, jobs }: Omit<JobsParams, 'target'> & { readonly jobs: number }): System {
  const open = () => {
    const services = { begun: () => undefined };
    return flowproof({ persistence: postgres(server.url), flows: [job], services, recover: false });
  };
  return {
    name: 'flowproof',
    async sample(): Promise<Sample> {
      const apps = Array.from({ length: claimers }, open);
      try {
        await Promise.all(apps.map((app) => app.ready()));
        await Promise.all(Array.from({ length: jobs }, () => apps[0]?.post(job, { inputs: { value: FIRST } })));
        const works = apps.map((app) => conductor(app, { concurrency: atOnce }));
        const sample = await timedAndCounted(server, jobs, () => consumed(works, jobs));
        await Promise.all(works.map((one) => one.stop()));
        return sample;
      } finally {
        await Promise.all(apps.map((app) => app.stop()));
      }
    },
  };
}
