import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { redis } from '../../src/adapters/redis/index.js';
import type { JobInfo } from '../../src/contracts/index.js';
import { flowproof } from '../../src/index.js';
import { describeServer } from '../support/board-servers.js';
import { describePostgres } from '../support/postgres.js';
import { stepping, worksByRun } from './conducted-flow.js';
import type { ConductorOrders } from './conductor-process.js';
import { Crew, effectsIn, PATIENT, reference } from './crew.js';

/** In each, one conductor is killed and one frozen: `CONDUCTOR_ROUNDS=100` for a night. */
const ROUNDS = Number(process.env.CONDUCTOR_ROUNDS ?? 3);
const directory = mkdtempSync(join(tmpdir(), 'flowproof-conductors-'));
let crew: Crew;
beforeAll(async () => {
  crew = await Crew.of('conductor');
});
afterAll(async () => {
  await crew.killAll();
  rmSync(directory, { recursive: true, force: true });
});

describePostgres('conductors, with runs in PostgreSQL', (database) => {
  describeServer('redis', 'and a board in Redis', (server) => {
    function setting(name: string) {
      const { url } = server();
      const prefix = randomUUID();
      const effects = join(directory, `${name}.effects`);
      const orders: ConductorOrders = {
        ...{ database: database().url, board: { kind: 'redis', url, prefix }, effects, leaseMs: 1_500, gates: directory },
      };
      const board = redis(url, { prefix });
      const services = { work: async () => undefined };
      const app = flowproof({ persistence: postgres(database().url), flows: [stepping], board, services, recover: false });
      return { app, board, effects, conductor: () => crew.begin(orders) };
    }

    test(
      'that are killed and frozen, and whose database ends their connections, lose no run and no effect, and do nothing beside it',
      async () => {
        const rounds = Array.from({ length: ROUNDS }, (_, round) => `r${round}`);
        const jobs = rounds.flatMap((round) => Array.from({ length: 30 }, (_, n) => ({ id: `${round}.${n}`, n })));
        const { app, board, effects, conductor } = setting('chaos');
        const expected = await reference(jobs);
        const three = [conductor(), conductor(), conductor()];
        for (const round of rounds) {
          await Promise.all(three.map((one) => one.hears(({ ready }) => ready === true)));
          for (const { id, n } of jobs.filter(({ id }) => id.startsWith(`${round}.`))) await app.post(stepping, { id, inputs: { n } });
          // Each of them has as many as it may, with a call under way.
          await Promise.all(three.map((one) => one.hears(({ work, run }) => work === 'b' && run?.startsWith(`${round}.`) === true, 8)));
          const [killed, frozen] = three.splice(0, 2);
          if (killed === undefined || frozen === undefined) throw new Error('there are three');
          frozen.child.kill('SIGSTOP');
          killed.child.kill('SIGKILL');
          await database().admin.query(
            'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
          );
          three.push(conductor());
          // The frozen one goes on when its jobs are with others, or free.
          const isFree = ({ claimedBy }: JobInfo): boolean => claimedBy?.endsWith(`:${frozen.child.pid}`) !== true;
          await vi.waitFor(async () => expect((await board.jobs({ states: ['claimed'] })).jobs.every(isFree)).toBe(true), PATIENT);
          frozen.child.kill('SIGCONT');
          three.push(frozen);
          writeFileSync(join(directory, round), '');
        }
        await vi.waitFor(async () => expect(await board.counts()).toEqual({ free: 0, delayed: 0, claimed: 0, trashed: 0 }), PATIENT);
        const states = new Map<string, string>();
        for (const { id } of jobs) states.set(id, await app.handle(id).state());
        expect(states).toEqual(expected.states);
        const done = effectsIn(effects);
        expect(worksByRun(done)).toEqual(expected.works);
        // Those who died had calls under way, which were made again by the same keys.
        expect(done.length).toBeGreaterThan(new Set(done.map(({ phase, key }) => `${phase} ${key}`)).size);
        for (const { child } of three) child.kill('SIGTERM');
        await Promise.all(three.map((one) => one.gone()));
        await app.stop();
      },
      ROUNDS * 80_000,
    );

    test('hand over when they are sent SIGTERM: the run goes on in another one at once, with nothing called again', async () => {
      const { app, board, effects, conductor } = setting('handover');
      const first = conductor();
      await first.hears(({ ready }) => ready === true);
      const run = await app.post(stepping, { id: 'handover.1', inputs: { n: 1 } });
      await first.hears(({ work }) => work === 'b');
      const second = conductor();
      await second.hears(({ ready }) => ready === true);
      first.child.kill('SIGTERM');
      await first.hears(({ stopping }) => stopping === true);
      writeFileSync(join(directory, 'handover'), '');
      await first.hears(({ stopped }) => stopped === true);
      await first.gone();
      expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
      expect(effectsIn(effects).map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
      expect(second.heard.flatMap(({ work }) => work ?? [])).toEqual(['c', 'd']);
      expect((await board.counts()).trashed).toBe(0);
      second.child.kill('SIGTERM');
      await second.gone();
      await app.stop();
    }, 300_000);
  });
});
