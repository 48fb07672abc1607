import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { flowproof } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';
import { partnerFlow } from './limited-tasks-flow.js';

/** How often a process is killed: `LIMITED_KILLS=200` for a night. */
const KILLS = Number(process.env.LIMITED_KILLS ?? 3);
const ROUND = 24;
const TENANTS = ['a', 'b', 'c'];
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const program = at('../../build/scenarios/limited-tasks.mjs');
const children: ChildProcess[] = [];

beforeAll(async () => {
  await build({
    ...{
      entryPoints: [at('limited-tasks-process.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    },
    packages: 'external',
  });
});
async function kill(...all: readonly (ChildProcess | undefined)[]): Promise<void> {
  const living = all.flatMap((child) => (child !== undefined && child.exitCode === null && child.signalCode === null ? [child] : []));
  const gone = living.map((child) => once(child, 'exit'));
  for (const child of living) child.kill('SIGKILL');
  await Promise.all(gone);
}
afterAll(() => kill(...children));

describePostgres('a limit of a task, of conductors in several processes that are killed', (database) => {
  test(
    'never lets more calls be under way, by what they do, and lets each run end',
    async () => {
      const { admin } = database();
      await admin.query(`create table marks (id text primary key, tenant text not null, pid int not null, calls int not null default 1, over boolean not null default false);
        create table counts (tenant text not null, under_way int not null)`);
      const begin = (): void => {
        const orders = JSON.stringify({ database: database().url, leaseMs: 1_500 });
        children.push(spawn(process.execPath, [program, orders], { stdio: ['ignore', 'ignore', 'inherit'] }));
      };
      const services = { begins: async () => undefined, ends: async () => undefined };
      const app = flowproof({ persistence: postgres(database().url), flows: [partnerFlow], services, recover: false });
      const counted = async (what: string): Promise<number> => (await admin.query(`select ${what} as n from marks`)).rows[0].n;
      for (let index = 0; index < 3; index++) begin();
      const ids: string[] = [];
      for (let round = 0; round <= KILLS; round++) {
        for (let n = 0; n < ROUND; n++) {
          const id = `${round}.${n}`;
          ids.push(id);
          await app.post(partnerFlow, { id, inputs: { id, tenant: TENANTS[n % 3] as string } });
        }
        // In the midst of them.
        await vi.waitFor(async () => expect(await counted('count(*)::int')).toBeGreaterThan(2 * round * ROUND + 5), {
          timeout: 100_000,
          interval: 20,
        });
        if (round === KILLS) break;
        const dead = children.at(-3);
        await kill(dead);
        // What it did is over: before its lease is, nobody has its slots.
        await admin.query('update marks set over = true where pid = $1', [dead?.pid]);
        begin();
      }
      for (const id of ids) expect(await app.handle(partnerFlow, id).result()).toMatchObject({ state: 'SUCCESS' });
      const { rows } = await admin.query(
        `select max(under_way) as most, (select count(*)::int from marks) as calls, (select count(*)::int from flowproof.slots) as slots,
          (select count(*)::int from flowproof.slot_waits) as waits from counts`,
      );
      expect(rows).toEqual([{ most: 2, calls: 2 * ids.length, slots: 0, waits: 0 }]);
      await kill(...children);
      await app.stop();
    },
    60_000 + KILLS * 60_000,
  );
});
