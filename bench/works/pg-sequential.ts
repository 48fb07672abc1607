import { randomUUID } from 'node:crypto';
import { flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { timedChain } from '../flows.js';
import { type Disk, type Sample, type System, timedAndCounted, type Work } from '../harness.js';
import type { MeteredPostgres } from '../meter.js';
import { RawJournal } from '../raw-journal.js';
import { StepLatency } from '../step-latency.js';
import { advance, FIRST } from '../steps.js';

export interface PgSequentialParams {
  /** Steps of a flow. */
  readonly length: number;
  /** So many at once. */
  readonly flows: number;
  readonly disk?: Disk;
  readonly target: number;
}

/** Flows whose steps are in a row, each durable before the next one. */
export function pgSequential({ length, flows, disk = 'as found', target }: PgSequentialParams): Work {
  const name = `pg-sequential-${length}x${flows}${disk === 'slow' ? '-slow' : ''}`;
  return {
    name,
    unit: 'step',
    target,
    async open({ quick, postgres, peers }) {
      const rounds = disk === 'slow' ? 1 : flows > 1 || quick ? 3 : 6;
      const server = await postgres(disk);
      const journal =
        flows === 1 ? await RawJournal.connect(server.url) : await RawJournal.pooled(server.url, disk === 'slow' ? SLOW_POOL : POOL);
      const shape = { server, length, flows, rounds };
      return [raw(journal, shape), ours(shape), ...((await peers?.(name, { kind: 'sequential', length, flows, disk })) ?? [])];
    },
  };
}

/** What a service would give its statements; with slow commits it has to be as many as there are flows. */
export const POOL = 10;
export const SLOW_POOL = 32;

interface Shape {
  readonly server: MeteredPostgres;
  readonly length: number;
  readonly flows: number;
  readonly rounds: number;
}

function raw(journal: RawJournal, { server, length, flows, rounds }: Shape): System {
  const latency = new StepLatency();
  const one = async (): Promise<void> => {
    const id = randomUUID();
    await journal.begin(id);
    let value = FIRST;
    for (let n = 1; n <= length; n++) {
      latency.begin(id);
      value = await advance(value);
      latency.end(id);
      await journal.step(id, n, value);
    }
    await journal.end(id, 'SUCCESS');
  };
  return { name: 'raw', sample: () => sampled(server, { length, flows, rounds }, latency, one), close: () => journal.close() };
}

function ours({ server, length, flows, rounds }: Shape): System {
  const latency = new StepLatency();
  const flow = timedChain(`chain-${length}`, length);
  const app = flowproof({ persistence: postgres(server.url), flows: [flow], services: { latency } });
  const one = () => app.runOrThrow(flow, { inputs: { v0: FIRST } });
  return { name: 'flowproof', sample: () => sampled(server, { length, flows, rounds }, latency, one), close: () => app.stop() };
}

type Times = Omit<Shape, 'server'>;

async function sampled(
  server: MeteredPostgres,
  { length, flows, rounds }: Times,
  latency: StepLatency,
  one: () => Promise<unknown>,
): Promise<Sample> {
  latency.take();
  const sample = await timedAndCounted(server, rounds * flows * length, async () => {
    for (let round = 0; round < rounds; round++) await Promise.all(Array.from({ length: flows }, one));
  });
  return { ...sample, latenciesUs: latency.take().latenciesUs };
}
