import { randomUUID } from 'node:crypto';
import { flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { saga } from '../flows.js';
import { type Disk, type System, timedAndCounted, type Work } from '../harness.js';
import type { MeteredPostgres } from '../meter.js';
import { RawJournal } from '../raw-journal.js';
import { advance, FIRST, OutOfStock } from '../steps.js';

/** Steps that succeed, one that fails, and all of them undone in reverse order. */
export function pgSaga(done: number, disk: Disk = 'as found'): Work {
  const name = `pg-saga-${done + 1}-${done}${disk === 'slow' ? '-slow' : ''}`;
  return {
    name,
    unit: 'saga',
    target: 1.3,
    async open({ quick, postgres, peers }) {
      const runs = disk === 'slow' ? 5 : quick ? 15 : 30;
      const server = await postgres(disk);
      const others = (await peers?.(name, { kind: 'saga', done, disk })) ?? [];
      return [await raw(server, done, runs), ours(server, done, runs), ...others];
    },
  };
}

async function raw(server: MeteredPostgres, done: number, runs: number): Promise<System> {
  const journal = await RawJournal.connect(server.url);
  const one = async (id: string): Promise<void> => {
    await journal.begin(id);
    let value = FIRST;
    for (let n = 1; n <= done; n++) {
      value = await advance(value);
      await journal.step(id, n, value);
    }
    const { name, message } = new OutOfStock('nothing left');
    await journal.step(id, done + 1, { failure: { name, message } });
    for (let n = done; n >= 1; n--) await journal.step(id, -n, null);
    await journal.end(id, 'REVERTED');
  };
  return {
    name: 'raw',
    sample: () =>
      timedAndCounted(server, runs, async () => {
        for (let run = 0; run < runs; run++) await one(randomUUID());
      }),
    close: () => journal.close(),
  };
}

function ours(server: MeteredPostgres, done: number, runs: number): System {
  const flow = saga(`saga-${done}`, done);
  const app = flowproof({ persistence: postgres(server.url), flows: [flow] });
  return {
    name: 'flowproof',
    sample: () =>
      timedAndCounted(server, runs, async () => {
        for (let run = 0; run < runs; run++) {
          const { state } = await app.run(flow, { inputs: { v0: FIRST } });
          if (state !== 'REVERTED') throw new Error(`a saga ended ${state}`);
        }
      }),
    close: () => app.stop(),
  };
}
