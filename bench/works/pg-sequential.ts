import { randomUUID } from 'node:crypto';
import { flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { advance, chain, FIRST } from '../flows.js';
import { type Disk, type System, timedAndCounted, type Work } from '../harness.js';
import type { MeteredPostgres } from '../meter.js';
import { RawJournal } from '../raw-journal.js';

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
  return {
    name: `pg-sequential-${length}x${flows}${disk === 'slow' ? '-slow' : ''}`,
    unit: 'step',
    target,
    async open({ quick, postgres }) {
      const rounds = flows > 1 || disk === 'slow' ? 1 : quick ? 3 : 6;
      const server = await postgres(disk);
      const journal =
        flows === 1 ? await RawJournal.connect(server.url) : await RawJournal.pooled(server.url, disk === 'slow' ? SLOW_POOL : POOL);
      const shape = { server, length, flows, rounds };
      return [raw(journal, shape), ours(shape)];
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
  const one = async (): Promise<void> => {
    const id = randomUUID();
    await journal.begin(id);
    let value = FIRST;
    for (let n = 1; n <= length; n++) {
      value = await advance(value);
      await journal.step(id, n, value);
    }
    await journal.end(id, 'SUCCESS');
  };
  return { name: 'raw', sample: () => sampled(server, { length, flows, rounds }, one), close: () => journal.close() };
}

function ours({ server, length, flows, rounds }: Shape): System {
  const flow = chain(`chain-${length}`, length);
  const app = flowproof({ persistence: postgres(server.url), flows: [flow] });
  const one = () => app.runOrThrow(flow, { inputs: { v0: FIRST } });
  return { name: 'flowproof', sample: () => sampled(server, { length, flows, rounds }, one), close: () => app.stop() };
}

function sampled(server: MeteredPostgres, { length, flows, rounds }: Omit<Shape, 'server'>, one: () => Promise<unknown>) {
  return timedAndCounted(server, rounds * flows * length, async () => {
    for (let round = 0; round < rounds; round++) await Promise.all(Array.from({ length: flows }, one));
  });
}
