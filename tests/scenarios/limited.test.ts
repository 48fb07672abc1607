import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { flowproof } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';
import { limitedFlow } from './limited-flow.js';

/** How often a process is killed: `LIMITED_KILLS=200` for a night. */
const KILLS = Number(process.env.LIMITED_KILLS ?? 4);
const CUSTOMERS = ['a', 'b', 'c'];
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const program = at('../../build/scenarios/limited.mjs');
const children: ChildProcess[] = [];

beforeAll(async () => {
  await build({
    ...{ entryPoints: [at('limited-process.ts')], outfile: program, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' },
    packages: 'external',
  });
});
async function killAll(): Promise<void> {
  const gone = children.filter((child) => child.exitCode === null && child.signalCode === null).map((child) => once(child, 'exit'));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(gone);
}
afterAll(killAll);

describePostgres('a limit, of conductors in several processes that are killed', (database) => {
  test(
    'never lets more runs be under way, by what they do, and lets each of them end',
    async () => {
      const { admin } = database();
      await admin.query(`create table marks (id text primary key, customer text not null, calls int not null default 1, over boolean not null default false);
        create table counts (customer text not null, under_way int not null)`);
      const begin = (): void => {
        const orders = JSON.stringify({ database: database().url, leaseMs: 1_500 });
        children.push(spawn(process.execPath, [program, orders], { stdio: ['ignore', 'ignore', 'inherit'] }));
      };
      const services = { begins: async () => undefined, ends: async () => undefined };
      const app = flowproof({ persistence: postgres(database().url), flows: [limitedFlow], services, recover: false });
      const over = async (): Promise<number> => (await admin.query('select count(*)::int as n from marks where over')).rows[0].n;
      for (let index = 0; index < 3; index++) begin();
      const ids: string[] = [];
      for (let round = 0; round <= KILLS; round++) {
        for (let n = 0; n < 30; n++) {
          const id = `${round}.${n}`;
          ids.push(id);
          await app.post(limitedFlow, { id, inputs: { id, customer: CUSTOMERS[n % 3] as string }, priority: n % 2 });
        }
        // In the midst of them.
        await vi.waitFor(async () => expect(await over()).toBeGreaterThan(round * 30), { timeout: 100_000, interval: 20 });
        if (round === KILLS) break;
        children.at(-3)?.kill('SIGKILL');
        begin();
      }
      for (const id of ids) expect(await app.handle(limitedFlow, id).result()).toMatchObject({ state: 'SUCCESS' });
      const { rows } = await admin.query(
        'select max(under_way) as most, (select count(*)::int from marks where over) as over, (select count(*)::int from flowproof.slots) as slots from counts',
      );
      expect(rows).toEqual([{ most: 2, over: ids.length, slots: 0 }]);
      await killAll();
      await app.stop();
    },
    60_000 + KILLS * 60_000,
  );
});
