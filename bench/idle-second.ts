import pg from 'pg';
import { type Sample, type System, timedAndCounted, type Work } from './harness.js';
import type { MeteredPostgres } from './meter.js';

const SECONDS = 4;
const QUICK_SECONDS = 2;

/** What is idle: it calls `measure` when its beginning is over, and ends afterwards, as its heartbeat is not to be counted for others. */
export type Idling = (url: string, measure: () => Promise<void>) => Promise<void>;

/** A second in which nothing happens, beside a connection that asks once a second. */
export function idleWork(name: string, idling: Idling): Work {
  return {
    name,
    unit: 'second',
    async open({ quick, postgres }) {
      const seconds = quick ? QUICK_SECONDS : SECONDS;
      const server = await postgres();
      return [await raw(server, seconds), ours(server, seconds, idling)];
    },
  };
}

async function raw(server: MeteredPostgres, seconds: number): Promise<System> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  return {
    name: 'raw',
    sample: () =>
      timedAndCounted(server, seconds, async () => {
        for (let second = 0; second < seconds; second++) {
          await client.query('select 1');
          await pause(1);
        }
      }),
    close: () => client.end(),
  };
}

function ours(server: MeteredPostgres, seconds: number, idling: Idling): System {
  return {
    name: 'flowproof',
    async sample() {
      let sample: Sample | undefined;
      await idling(server.url, async () => {
        // The first heartbeats, and the lock that others see, belong to the beginning.
        await pause(1);
        sample = await timedAndCounted(server, seconds, () => pause(seconds));
      });
      if (sample === undefined) throw new Error('what idles has not said when it is idle');
      return sample;
    },
  };
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}
