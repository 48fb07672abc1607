import { conductor, flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { type Sample, type System, timedAndCounted, type Work } from '../harness.js';
import { job } from '../job-flow.js';
import type { MeteredPostgres } from '../meter.js';
import { RawJobs } from '../raw-jobs.js';
import { advance, FIRST } from '../steps.js';

const JOBS = 100;
const QUICK_JOBS = 20;

/**
 * One job after the other, each from when it is posted in one app until its task begins in another: p50 and p99 are that time; the
 * rest of the row is until it is done. Raw: an INSERT and a NOTIFY, heard by who claims.
 */
export const pickup: Work = {
  name: 'pickup',
  unit: 'job',
  async open({ quick, postgres }) {
    const server = await postgres();
    const jobs = quick ? QUICK_JOBS : JOBS;
    return [await raw(server, jobs), ours(server, jobs)];
  },
};

async function raw(server: MeteredPostgres, jobs: number): Promise<System> {
  const [poster, claimer] = [await RawJobs.connect(server.url), await RawJobs.connect(server.url)];
  await claimer.client.query('listen raw_jobs');
  let heard = (): void => undefined;
  claimer.client.on('notification', () => heard());
  const one = async (latenciesUs: number[]): Promise<void> => {
    const begunAt = performance.now();
    const done = new Promise<void>((resolve, reject) => {
      heard = () => {
        const work = async (): Promise<void> => {
          const [found] = await claimer.claim(1);
          if (found === undefined) return;
          latenciesUs.push((performance.now() - begunAt) * 1_000);
          await claimer.done([{ id: found.id, output: await advance(found.input) }]);
          resolve();
        };
        work().catch(reject);
      };
    });
    await poster.post([FIRST]);
    await poster.client.query({ name: 'notify', text: `select pg_notify('raw_jobs', '')` });
    await done;
  };
  return {
    name: 'raw',
    sample: () => inTurn(server, jobs, one),
    async close() {
      await poster.close();
      await claimer.close();
    },
  };
}

function ours(server: MeteredPostgres, jobs: number): System {
  return {
    name: 'flowproof',
    async sample() {
      let begun = (): void => undefined;
      const open = () => flowproof({ persistence: postgres(server.url), flows: [job], services: { begun: () => begun() }, recover: false });
      await using poster = open();
      await using app = open();
      await poster.ready();
      await using works = conductor(app);
      await works.start();
      const one = async (latenciesUs: number[]): Promise<void> => {
        const before = works.state().counts.consumed;
        const begunAt = performance.now();
        begun = () => latenciesUs.push((performance.now() - begunAt) * 1_000);
        await poster.post(job, { inputs: { value: FIRST } });
        while (works.state().counts.consumed === before) await new Promise((resolve) => setTimeout(resolve, 1));
      };
      return await inTurn(server, jobs, one);
    },
  };
}

/** As jobs come to who is idle: not within the moment in which the last one was heard of. */
const PAUSE_MS = 25;

async function inTurn(server: MeteredPostgres, jobs: number, one: (latenciesUs: number[]) => Promise<void>): Promise<Sample> {
  const latenciesUs: number[] = [];
  const sample = await timedAndCounted(server, jobs, async () => {
    for (let n = 0; n < jobs; n++) {
      await one(latenciesUs);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  });
  return { ...sample, latenciesUs };
}
