import { randomUUID } from 'node:crypto';
import { conductor, flowproof, memory } from 'flowproof';
import type { JobBoard } from 'flowproof/contracts';
import { etcd } from 'flowproof/etcd';
import { redis } from 'flowproof/redis';
import { zookeeper } from 'flowproof/zookeeper';
import { type Kind, PACKAGES, whyMissing } from '../../scripts/board-programs.js';
import type { RawBoard } from '../boards/raw-board.js';
import { rawEtcd } from '../boards/raw-etcd.js';
import { rawRedis } from '../boards/raw-redis.js';
import { rawZookeeper } from '../boards/raw-zookeeper.js';
import { consumed } from '../consumed.js';
import { type System, timed, type Work } from '../harness.js';
import { job } from '../job-flow.js';
import { advance, FIRST } from '../steps.js';

const CLAIMERS = 4;
const JOBS = 400;
const QUICK_JOBS = 30;

/** A board of ours on that server by a name of its own, and who claims there by hand: the n-th part of all claimers. */
const KINDS: Readonly<Record<Kind, { board(url: string, name: string): JobBoard; raw(url: string, part: number): Promise<RawBoard> }>> = {
  redis: { board: (url, name) => redis(url, { prefix: name }), raw: rawRedis },
  etcd: { board: (url, name) => etcd(url, { prefix: name }), raw: rawEtcd },
  zookeeper: { board: (url, name) => zookeeper(url, { root: `/${name}` }), raw: rawZookeeper },
};

/**
 * Jobs of one task that wait on a board, until all are done by four claimers with one job at a time. Runs are in memory, so that it is
 * the board that is measured. Raw: four loops that claim, and delete what is done, over the same client; they keep no priorities.
 */
export function boardJobs(kind: Kind): Work {
  return {
    name: `jobs-${kind}`,
    unit: 'job',
    missing() {
      const why = whyMissing(kind);
      return why === undefined ? undefined : `${why} (Debian's ${PACKAGES[kind]})`;
    },
    async open({ quick, board }) {
      if (board === undefined) throw new Error(`nobody starts servers of boards for jobs-${kind}`);
      const { url } = await board(kind);
      const jobs = quick ? QUICK_JOBS : JOBS;
      return [await raw(kind, url, jobs), ours(kind, url, jobs)];
    },
  };
}

async function raw(kind: Kind, url: string, jobs: number): Promise<System> {
  const loops = await Promise.all(Array.from({ length: CLAIMERS }, (_, n) => KINDS[kind].raw(url, n / CLAIMERS)));
  const drain = async (loop: RawBoard): Promise<number> => {
    let done = 0;
    for (let one = await loop.claim(); one !== undefined; one = await loop.claim(), done++) {
      await advance(one.input);
      await loop.done(one.id);
    }
    return done;
  };
  return {
    name: 'raw',
    async sample() {
      await loops[0]?.post(Array.from({ length: jobs }, () => FIRST));
      return timed(jobs, async () => {
        const done = (await Promise.all(loops.map(drain))).reduce((all, some) => all + some, 0);
        if (done !== jobs) throw new Error(`${jobs} jobs were posted, and ${done} are done`);
      });
    },
    async close() {
      await Promise.all(loops.map((loop) => loop.close()));
    },
  };
}

function ours(kind: Kind, url: string, jobs: number): System {
  return {
    name: 'flowproof',
    async sample() {
      const name = `bench-${randomUUID()}`;
      const services = { begun: () => undefined };
      const open = () => flowproof({ persistence: memory(), flows: [job], services, recover: false, board: KINDS[kind].board(url, name) });
      const apps = Array.from({ length: CLAIMERS }, open);
      try {
        await Promise.all(apps.map((app) => app.ready()));
        // One after the other: what is posted at once contends for its turn, and it is not posting that is measured.
        for (let n = 0; n < jobs; n++) await apps[0]?.post(job, { inputs: { value: FIRST } });
        const works = apps.map((app) => conductor(app, { concurrency: 1 }));
        const sample = await timed(jobs, () => consumed(works, jobs));
        await Promise.all(works.map((one) => one.stop()));
        return sample;
      } finally {
        await Promise.all(apps.map((app) => app.stop()));
      }
    },
  };
}
