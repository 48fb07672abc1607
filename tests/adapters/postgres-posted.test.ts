import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { type App, conductor, defineTask, flowproof, linear, memory } from '../../src/index.js';
import { systemClock } from '../../src/model/clock.js';
import type { Statement } from '../../src/sql/client/sql.js';
import { journalStatements } from '../../src/sql/journal/statements.js';
import { takeParams } from '../../src/sql/read/take-runs.js';
import { describePostgres } from '../support/postgres.js';
import { looksAt } from './rows-read.js';

const MANY = 100_000;
const HOUR_MS = 3_600_000;
const OWNER = '11111111-1111-4111-8111-111111111111';

const add = defineTask({
  name: 'add',
  requires: ['n'],
  provides: ['sum'],
  execute: async ({ n }: { n: number }) => ({ sum: n + 1 }),
});
const sum = linear('sum').input<{ n: number }>().add(add).build();
const fresh = linear('fresh').input<{ n: number }>().add(add).build();

/** Posted runs of three kinds: free ones and delayed ones of a flow that is known, and overdue ones of a flow that nobody here has. */
const FILL = `insert into flowproof.runs (run_id, key, flow, version, fingerprint, inputs_hash, state, created_at, priority, wake_at, delayed)
  select gen_random_uuid(), kind || n, case kind when 'overdue' then 'unknown' else 'mine' end, 1, 'f', 'h', 'PENDING', now(), n % 7 - 3,
    case kind when 'free' then now() else now() + case kind when 'delayed' then interval '1 hour' else interval '-1 hour' end end, kind <> 'free'
  from generate_series(1, ${MANY}) n, unnest(array['free', 'delayed', 'overdue']) kind;
insert into flowproof.journal (run_id, seq, epoch, at, writer, step_id, format, kind, transitions)
  select run_id, 0, 0, now(), run_id, '\\x000000000000', 1, 'step', '[["CREATED",{}]]' from flowproof.runs where key like 'free%'`;

describePostgres(`posted runs, ${MANY} of each kind`, (database) => {
  const { tick, claim, claimOpened } = journalStatements('"flowproof"');
  const tickAndTake = tick({ take: 'usual', due: false });
  let client: pg.Client;
  beforeAll(async () => {
    const journal = postgres(database().url).connect();
    await journal.open();
    await journal.close();
    await database().admin.query(FILL);
    client = new pg.Client({ connectionString: database().url });
    await client.connect();
    // As our own connections have it.
    await client.query('set plan_cache_mode = force_generic_plan; set enable_seqscan = off');
    return () => client.end();
  }, 300_000);
  const looked = async (statement: Statement, params: readonly unknown[]): Promise<number> => {
    await client.query('begin');
    const rows = await looksAt(client, statement, params);
    await client.query('rollback');
    return rows;
  };
  const take = { flows: ['mine', 'mine-too'], limit: 50, format: 1, except: [], thorough: false, aheadMs: 0, nowMs: 0, asleepOnly: false };

  test.each([
    'planned without statistics',
    'planned with them',
  ])('a claim reads what it is asked for, and a tick next to nothing: %s', async (when) => {
    if (when === 'planned with them') await database().admin.query('analyze flowproof.runs');
    // What is found, ranked, updated and given: each row passes a few nodes of the plan, and none is read beside them.
    expect(await looked(claim, [OWNER, ['mine', 'mine-too'], 16, 1, 6])).toBeLessThan(20 * 16);
    expect(await looked(claim, [OWNER, ['none'], 16, 1, 6])).toBeLessThan(16);
    const first = `{"${JSON.stringify([['RUN', 'RUNNING']]).replaceAll('"', '\\"')}"}`;
    const openings = [
      OWNER,
      '0123456789ab',
      0,
      ['mine', 'mine-too'],
      ['f', 'f'],
      [1, 1],
      `{${[first, first].map((one) => one.slice(1, -1)).join(',')}}`,
    ];
    // The same, and of each its creation, its next place, and its inbox; and each is looked for among those that were begun.
    expect(await looked(claimOpened, [OWNER, ['mine', 'mine-too'], 16, 1, 6, ...openings])).toBeLessThan(100 * 16);
    expect(await looked(claimOpened, [OWNER, ['none'], 16, 1, 6, ...openings])).toBeLessThan(40);
    const tick = [OWNER, 5_000, [], 1_500, ...takeParams({ ...take, posted: ['mine', 'mine-too'] })];
    expect(await looked(tickAndTake, tick)).toBeLessThan(60);
  }, 300_000);
});

describePostgres('app.post to PostgreSQL', (database) => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });
  const open = (more: object = {}) => {
    const app = flowproof({ persistence: postgres(database().url), flows: [sum], ...more });
    stops.push(() => app.stop());
    return app;
  };

  test('is done by conductors of other apps, each run once, those of a high priority first', async () => {
    const poster = open({ recover: false });
    const posted = [];
    for (let n = 0; n < 40; n++) posted.push(await poster.post(sum, { id: `p${n}`, inputs: { n }, priority: n % 3 }));
    expect(await poster.board.counts()).toEqual({ free: 40, delayed: 0, claimed: 0, trashed: 0 });
    const works = [1, 2].map(() => conductor(open({ recover: false }), { concurrency: 4 }));
    for (const one of works) {
      stops.push(() => one.stop());
      await one.start();
    }
    const results = await Promise.all(posted.map((run) => run.result()));
    expect(results.map((result) => result.state === 'SUCCESS' && result.results.sum)).toEqual(posted.map((_, n) => n + 1));
    await expect.poll(() => works.reduce((all, one) => all + one.state().counts.consumed, 0)).toBe(40);
    expect(await poster.board.counts()).toEqual({ free: 0, delayed: 0, claimed: 0, trashed: 0 });
  });

  test('is begun by the app itself when it is due, and what another app has posted is not', async () => {
    const [app, idle] = [open(), open()];
    await idle.ready();
    const run = await app.post(sum, { id: 'later', inputs: { n: 1 }, delayMs: 400 });
    expect(await run.state()).toBe('PENDING');
    expect((await idle.inspect('later')).posted?.dueAtMs).toBeGreaterThan(Date.now() - 60_000);
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
  });

  test('goes on in another conductor when the process that had claimed it has died before its first step', async () => {
    const poster = open({ recover: false });
    const run = await poster.post(sum, { id: 'orphan', inputs: { n: 1 } });
    const dead = postgres(database().url).connect();
    await dead.open();
    await dead.tick({ owner: OWNER, leaseMs: 1_000, watch: [] });
    const claimed = await dead.claim({ owner: OWNER, flows: ['sum'], limit: 1, format: 2, maxLosses: 6, thorough: false });
    expect(claimed.claimed.map(({ key }) => key)).toEqual(['orphan']);
    await dead.close();
    expect((await poster.board.jobs()).jobs).toMatchObject([{ id: 'orphan', state: 'claimed', attempts: 1, losses: 0 }]);
    const works = conductor(open({ recover: false }));
    stops.push(() => works.stop());
    await works.start();
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
    expect(works.state().counts.claimed).toBe(1);
  });

  test('goes by the clock of the server alone: those who post and claim may be wrong by an hour', async () => {
    const wrongBy = (ms: number) => ({ clock: { ...systemClock, nowMs: () => systemClock.nowMs() + ms } });
    const [ahead, behind] = [open({ recover: false, ...wrongBy(HOUR_MS) }), open({ recover: false, ...wrongBy(-HOUR_MS) })];
    const works = [ahead, behind].map((app) => conductor(app));
    for (const one of works) {
      stops.push(() => one.stop());
      await one.start();
    }
    const runs = [];
    for (const [name, app] of [
      ['ahead', ahead],
      ['behind', behind],
    ] as const) {
      runs.push(await app.post(sum, { id: `${name}-now`, inputs: { n: 1 } }));
      runs.push(await app.post(sum, { id: `${name}-soon`, inputs: { n: 1 }, delayMs: 300 }));
      await app.post(sum, { id: `${name}-later`, inputs: { n: 1 }, at: new Date(Date.now() + HOUR_MS / 2) });
    }
    for (const run of runs) expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
    expect(await ahead.board.counts()).toEqual({ free: 0, delayed: 2, claimed: 0, trashed: 0 });
    for (const name of ['ahead', 'behind']) await ahead.cancel(`${name}-later`);
  });

  test('in a transaction that stays open keeps nobody else from posting runs of a flow that is new', async () => {
    const app = open({ recover: false, flows: [fresh] }) as unknown as App<[typeof fresh]>;
    const client = new pg.Client({ connectionString: database().url });
    await client.connect();
    stops.push(() => client.end());
    await client.query('begin');
    await app.post(fresh, { id: 'never', inputs: { n: 1 }, transaction: client });
    await app.post(fresh, { id: 'at-once', inputs: { n: 1 }, delayMs: HOUR_MS });
    await client.query('rollback');
    await expect(app.handle('never').state()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await app.cancel('at-once');
  });

  test('in a transaction is there when that is committed, and never when it is rolled back', async () => {
    const app = open();
    const client = new pg.Client({ connectionString: database().url });
    await client.connect();
    stops.push(() => client.end());
    const db = new Kysely<Record<string, never>>({
      dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: database().url }) }),
    });
    stops.push(() => db.destroy());
    await client.query('begin');
    const run = await app.post(sum, { id: 'in-pg', inputs: { n: 1 }, transaction: client });
    await expect(run.state()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await client.query('commit');
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
    const second = await db.transaction().execute((transaction) => app.post(sum, { id: 'in-kysely', inputs: { n: 2 }, transaction }));
    expect(await second.result()).toMatchObject({ state: 'SUCCESS' });
    await client.query('begin');
    await app.post(sum, { id: 'never', inputs: { n: 3 }, transaction: client });
    expect((await app.post(sum, { id: 'in-pg', inputs: { n: 1 }, transaction: client })).id).toBe('in-pg');
    await expect(app.post(sum, { id: 'in-pg', inputs: { n: 9 }, transaction: client })).rejects.toMatchObject({ code: 'RUN_CONFLICT' });
    await client.query('rollback');
    await expect(app.handle('never').state()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    const elsewhere = flowproof({ persistence: memory(), flows: [sum] });
    stops.push(() => elsewhere.stop());
    await expect(elsewhere.post(sum, { inputs: { n: 1 }, transaction: client })).rejects.toThrow('needs a store in the database');
  });
});
