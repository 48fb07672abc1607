import { randomUUID } from 'node:crypto';
import { flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { advance, chain, FIRST } from '../flows.js';
import { type System, timedAndCounted, type Work } from '../harness.js';
import type { MeteredPostgres } from '../meter.js';
import { RawJournal } from '../raw-journal.js';

/** One flow at a time, its steps in a row, each durable before the next one. */
export function pgSequential(length: number): Work {
  return {
    name: `pg-sequential-${length}x1`,
    unit: 'step',
    async open({ quick, postgres }) {
      const runs = quick ? 3 : 6;
      const server = await postgres();
      return [await raw(server, length, runs), ours(server, length, runs)];
    },
  };
}

async function raw(server: MeteredPostgres, length: number, runs: number): Promise<System> {
  const journal = await RawJournal.connect(server.url);
  return {
    name: 'raw',
    sample: () =>
      timedAndCounted(server, runs * length, async () => {
        for (let run = 0; run < runs; run++) {
          const id = randomUUID();
          await journal.begin(id);
          let value = FIRST;
          for (let n = 1; n <= length; n++) {
            value = await advance(value);
            await journal.step(id, n, value);
          }
          await journal.end(id, 'SUCCESS');
        }
      }),
    close: () => journal.close(),
  };
}

function ours(server: MeteredPostgres, length: number, runs: number): System {
  const flow = chain(`chain-${length}`, length);
  const app = flowproof({ persistence: postgres(server.url), flows: [flow] });
  return {
    name: 'flowproof',
    sample: () =>
      timedAndCounted(server, runs * length, async () => {
        for (let run = 0; run < runs; run++) await app.runOrThrow(flow, { inputs: { v0: FIRST } });
      }),
    close: () => app.stop(),
  };
}
