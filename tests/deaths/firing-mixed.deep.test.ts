import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { conductor, flowproof } from '../../src/index.js';
import { Random } from '../soak/random.js';
import { describePostgres } from '../support/postgres.js';
import { Fleet, timesOf } from './fleet.js';
import { flows } from './stories.js';

const ROUNDS = 24;
const HOUR_MS = 3_600_000;
const random = new Random(Number(process.env.FLOWPROOF_SEED ?? 1));
const directory = mkdtempSync(join(tmpdir(), 'flowproof-mixed-'));
let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.of('mixed', directory);
});
afterAll(async () => {
  await fleet.killAll();
  rmSync(directory, { recursive: true, force: true });
});

describePostgres('a schedule that fires each second', (database) => {
  test('fires each once, while its processes are killed and stopped, and its runs pruned and requeued', async () => {
    const schema = 'mixed';
    const begin = () =>
      fleet.begin({ database: database().url, schema, schedule: 'often', aheadMs: Math.floor(random.between(-1, 2)) * HOUR_MS });
    const members = [begin(), begin(), begin()];
    const requeued = new Set<string>();
    const again: string[] = [];
    await using operator = flowproof({
      ...{ persistence: postgres(database().url, { schema }), flows, leaseMs: 500 },
      services: { done: ({ run, task }) => void (task.endsWith('/end') && again.push(run)) },
    });
    await fleet.done(1);
    await using _ = conductor(operator);
    for (let round = 0; round < ROUNDS; round++) {
      await fleet.done(round + 1);
      switch (Math.floor(random.between(0, 4))) {
        case 0: {
          const [one] = members.splice(Math.floor(random.between(0, members.length)), 1);
          await one?.kill();
          members.push(begin());
          break;
        }
        case 1: {
          const [one] = members.splice(Math.floor(random.between(0, members.length)), 1);
          one?.child.kill('SIGTERM');
          members.push(begin());
          break;
        }
        case 2:
          await operator.prune({ olderThanMs: 1_000, states: ['SUCCESS'] });
          break;
        default: {
          const { runs } = await operator.runs({ states: ['SUCCESS'], limit: 1 });
          for (const { id } of runs) {
            await operator.requeue(id);
            requeued.add(id);
          }
        }
      }
    }
    await fleet.end();
    const all = fleet.all();
    const times = timesOf(all);
    const [from = 0] = times;
    expect(times).toEqual(times.map((_, index) => from + index * 1_000));
    const keys = new Set(all.map(({ run, key }) => `${run} ${key}`));
    const twice = [...keys].map((one) => one.split(' ')[0] ?? '').filter((run, index, runs) => runs.indexOf(run) !== index);
    for (const run of twice) expect(requeued).toContain(run);
    for (const run of again) expect(run).toMatch(/^cron:often@/);
  });
});
