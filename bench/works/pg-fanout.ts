import { randomUUID } from 'node:crypto';
import { concurrent, flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { fan } from '../flows.js';
import { type Disk, type System, timedAndCounted, type Work } from '../harness.js';
import type { MeteredPostgres } from '../meter.js';
import { RawJournal } from '../raw-journal.js';
import { advanceLater, FIRST, turnsOf } from '../steps.js';
import { POOL, SLOW_POOL } from './pg-sequential.js';

export interface PgFanoutParams {
  readonly width: number;
  readonly disk?: Disk;
  readonly target: number;
}

/** One flow whose tasks all run at once, and end some turns of the event loop apart. */
export function pgFanout({ width, disk = 'as found', target }: PgFanoutParams): Work {
  const name = `pg-fanout-${width}${disk === 'slow' ? '-slow' : ''}`;
  return {
    name,
    unit: 'task',
    target,
    async open({ quick, postgres, peers }) {
      const runs = quick ? 5 : 20;
      const server = await postgres(disk);
      const journal = await RawJournal.pooled(server.url, disk === 'slow' ? SLOW_POOL : POOL);
      const others = (await peers?.(name, { kind: 'fanout', width, disk })) ?? [];
      return [raw(journal, server, width, runs), ours(server, width, runs), ...others];
    },
  };
}

function raw(journal: RawJournal, server: MeteredPostgres, width: number, runs: number): System {
  const task = async (id: string, n: number): Promise<void> => journal.step(id, n, await advanceLater(FIRST, turnsOf(n)));
  return {
    name: 'raw',
    sample: () =>
      timedAndCounted(server, runs * width, async () => {
        for (let run = 0; run < runs; run++) {
          const id = randomUUID();
          await journal.begin(id);
          await Promise.all(Array.from({ length: width }, (_, index) => task(id, index + 1)));
          await journal.end(id, 'SUCCESS');
        }
      }),
    close: () => journal.close(),
  };
}

function ours(server: MeteredPostgres, width: number, runs: number): System {
  const flow = fan(`fan-${width}`, width);
  const app = flowproof({ persistence: postgres(server.url), flows: [flow], executor: concurrent({ perRun: width }) });
  return {
    name: 'flowproof',
    sample: () =>
      timedAndCounted(server, runs * width, async () => {
        for (let run = 0; run < runs; run++) await app.runOrThrow(flow, { inputs: { v0: FIRST } });
      }),
    close: () => app.stop(),
  };
}
