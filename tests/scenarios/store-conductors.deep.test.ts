import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { type RunningPostgres, startPostgres } from '../../scripts/postgres.js';
import { postgres } from '../../src/adapters/postgres/index.js';
import { flowproof } from '../../src/index.js';
import { Random } from '../soak/random.js';
import { stepping, worksByRun } from './conducted-flow.js';
import { Crew, effectsIn, type Member, PATIENT, reference } from './crew.js';

/** `STORE_PROCESSES=8 STORE_JOBS=1000 STORE_ROUNDS=20`: as large as it has to hold; some twenty minutes on two cores. */
const PROCESSES = Number(process.env.STORE_PROCESSES ?? 4);
const JOBS = Number(process.env.STORE_JOBS ?? 100);
/** In each, 25 runs are posted, one conductor is killed and one frozen. */
const ROUNDS = Number(process.env.STORE_ROUNDS ?? 4);
const RUNS_OF_ROUND = 25;
const SEED = Number(process.env.FLOWPROOF_SEED ?? 1);
const directory = mkdtempSync(join(tmpdir(), 'flowproof-store-'));

// Where ours can't be started, or another one was given, none can crash.
describe.skipIf(process.env.TEST_DATABASE_URL !== undefined || inject('postgresMissing') !== undefined)('conductors of the store', () => {
  let crew: Crew;
  beforeAll(async () => {
    crew = await Crew.of('store-conductors');
  });
  afterAll(async () => {
    await crew.killAll();
    rmSync(directory, { recursive: true, force: true });
  });

  async function stage(name: string) {
    const server = await startPostgres({ dataDir: join(directory, name), settings: { fsync: 'off', max_connections: 300 } });
    const orders = { database: server.url, effects: join(directory, `${name}.effects`), leaseMs: 2_000 };
    const app = flowproof({
      ...{ persistence: postgres(server.url), flows: [stepping], recover: false },
      services: { work: async () => undefined },
    });
    onTestFinished(() => app.stop());
    const ended = (jobs: readonly { readonly id: string }[]) =>
      Promise.all(jobs.map(async ({ id }) => [id, await app.handle(id).state()] as const)).then((states) => new Map(states));
    return { server, orders, app, ended };
  }

  const NOTHING = { free: 0, delayed: 0, claimed: 0, trashed: 0 };
  const ready = (members: readonly Member[]) => Promise.all(members.map((one) => one.hears(({ ready }) => ready === true)));

  test(
    `${PROCESSES} of them race for ${JOBS} runs: each piece of work is done exactly once, and none of a post that was rolled back`,
    async () => {
      const { server, orders, app, ended } = await stage('race');
      onTestFinished(() => server.stop());
      const jobs = Array.from({ length: JOBS }, (_, n) => ({ id: `j${n}`, n }));
      const expected = await reference(jobs);
      const members = Array.from({ length: PROCESSES }, () => crew.begin(orders));
      await ready(members);
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      await client.query('begin');
      await app.post(stepping, { id: 'never', inputs: { n: 1 }, transaction: client });
      // A few at once: what waits for a connection for a minute is given up.
      for (let from = 0; from < jobs.length; from += 16)
        await Promise.all(jobs.slice(from, from + 16).map(({ id, n }) => app.post(stepping, { id, inputs: { n } })));
      await vi.waitFor(async () => expect(await app.board.counts()).toEqual(NOTHING), { ...PATIENT, timeout: 60_000 + 500 * JOBS });
      await client.query('rollback');
      await client.end();
      await expect(app.inspect('never')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
      expect(await ended(jobs)).toEqual(expected.states);
      const done = effectsIn(orders.effects);
      expect(worksByRun(done)).toEqual(expected.works);
      expect(done.length).toBe(new Set(done.map(({ phase, key }) => `${phase} ${key}`)).size);
      for (const { child } of members) child.kill('SIGTERM');
      await Promise.all(members.map((one) => one.gone()));
    },
    120_000 + 1_000 * JOBS,
  );

  test(
    `three of them are killed and frozen, and PostgreSQL crashes: ${ROUNDS * RUNS_OF_ROUND} runs end as where nothing happens, with the same effects`,
    async () => {
      const random = new Random(SEED);
      const { server, orders, app, ended } = await stage('chaos');
      let running: RunningPostgres = server;
      onTestFinished(() => running.stop());
      const rounds = Array.from({ length: ROUNDS }, (_, round) =>
        Array.from({ length: RUNS_OF_ROUND }, (_, n) => ({ id: `r${round}.${n}`, n })),
      );
      const expected = await reference(rounds.flat());
      const claimed = async () => (await app.board.jobs({ states: ['claimed'], limit: 1_000 })).jobs;
      const members = [crew.begin(orders), crew.begin(orders), crew.begin(orders)];
      for (const [index, round] of rounds.entries()) {
        await ready(members);
        // No run is hit in more than two rounds: one that dies five times is undone, and ends in another way.
        await vi.waitFor(async () => expect((await claimed()).some(({ id }) => roundOf(id) < index - 1)).toBe(false), PATIENT);
        const underWay = worked(members, Math.ceil(random.between(0, 4 * RUNS_OF_ROUND)));
        for (const { id, n } of round) await app.post(stepping, { id, inputs: { n }, priority: n % 5 });
        await underWay;
        const [killed] = members.splice(Math.floor(random.between(0, 3)), 1);
        const frozen = random.of(members);
        if (killed === undefined || frozen === undefined) throw new Error('there are three');
        frozen.child.kill('SIGSTOP');
        killed.child.kill('SIGKILL');
        const mine = new Set(frozen.heard.map(({ run }) => run));
        const owners = new Set((await claimed()).filter(({ id }) => mine.has(id)).map(({ claimedBy }) => claimedBy));
        members.push(crew.begin(orders));
        if (index % 3 === 1) {
          await running.crash();
          running = await startPostgres({ port: Number(new URL(running.url).port), dataDir: running.dataDir, settings: { fsync: 'off' } });
        }
        // The frozen one goes on when what it had is with others, or free: what it says then is refused.
        const isKept = async () => (await claimed()).some(({ id, claimedBy }) => mine.has(id) && owners.has(claimedBy));
        await vi.waitFor(async () => expect(await isKept()).toBe(false), PATIENT);
        frozen.child.kill('SIGCONT');
      }
      await vi.waitFor(async () => expect(await app.board.counts()).toEqual(NOTHING), PATIENT);
      expect(await ended(rounds.flat())).toEqual(expected.states);
      expect(worksByRun(effectsIn(orders.effects))).toEqual(expected.works);
      for (const { child } of members) child.kill('SIGTERM');
      await Promise.all(members.map((one) => one.gone()));
    },
    120_000 + 60_000 * ROUNDS,
  );
});

function roundOf(id: string): number {
  return Number(/^r(\d+)/.exec(id)?.[1]);
}

/** Resolves when these have said so many lines of work from now on, together. */
function worked(members: readonly Member[], times: number): Promise<void> {
  return new Promise((resolve) => {
    let left = times;
    const offs = members.map((member) =>
      member.onLine(() => {
        if (--left > 0) return;
        for (const off of offs) off();
        resolve();
      }),
    );
  });
}
