import { defineTask, flowproof, linear, type TaskContext } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import pg from 'pg';
import { type System, timedAndCounted, type Work } from '../harness.js';
import type { MeteredPostgres } from '../meter.js';

const FLOWS = 20;
const SECONDS = 4;
const QUICK_SECONDS = 2;

/** A second in which nothing happens, in a process with twenty flows of which each has a run that waits. Raw: one query. */
export const idle: Work = {
  name: 'idle',
  unit: 'second',
  async open({ quick, postgres }) {
    const seconds = quick ? QUICK_SECONDS : SECONDS;
    const server = await postgres();
    return [await raw(server, seconds), ours(server, seconds)];
  },
};

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

interface Gate {
  readonly opened: Promise<void>;
}

const wait = defineTask({
  name: 'wait',
  execute: async (_inputs: {}, { services }: TaskContext<{ gate: Gate }>): Promise<void> => services.gate.opened,
});

/** Alive only while it is measured: its heartbeat is not to be counted for others. */
function ours(server: MeteredPostgres, seconds: number): System {
  const flows = Array.from({ length: FLOWS }, (_, index) => linear(`waiting-${index}`).add(wait).build());
  return {
    name: 'flowproof',
    async sample() {
      let open = (): void => undefined;
      const gate: Gate = { opened: new Promise((resolve) => (open = resolve)) };
      await using app = flowproof({ persistence: postgres(server.url), flows, services: { gate } });
      const runs = await Promise.all(flows.map((flow) => app.start(flow)));
      // The first heartbeats, and the lock that others see, belong to the beginning.
      await pause(1);
      const sample = await timedAndCounted(server, seconds, () => pause(seconds));
      open();
      await Promise.all(runs.map((run) => run.result()));
      return sample;
    },
  };
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}
