import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresSource, postgres } from '../../src/adapters/postgres/index.js';
import { type App, defineTask, flowproof, isFlowproofError, linear, type TaskContext } from '../../src/index.js';
import { Gate } from '../app/gate.js';
import { describePostgres } from '../support/postgres.js';
import { type Pair, startPair } from '../support/standby.js';

const TEST_MS = 60_000;
const wait = defineTask({
  name: 'wait',
  requires: ['n'],
  provides: ['twice'],
  async execute({ n }: { n: number }, { services }: TaskContext<{ gate: Gate }>) {
    await services.gate.pass();
    return { twice: 2 * n };
  },
});
const fail = defineTask({
  name: 'fail',
  requires: ['n'],
  async execute(_: { n: number }) {
    throw new Error('no');
  },
});
const doubling = linear('doubling').input<{ n: number }>().add(wait).build();
const failing = linear('failing').input<{ n: number }>().add(fail).build();
const flows = [doubling, failing] as const;

type ReplicaApp = App<typeof flows>;

/** Whatever writes. */
const WRITES: Readonly<Record<string, (app: ReplicaApp) => Promise<unknown>>> = {
  run: (app) => app.run(doubling, { id: 'new', inputs: { n: 1 } }),
  'run of a known id': (app) => app.run(failing, { id: 'failed', inputs: { n: 1 } }),
  start: (app) => app.start(doubling, { inputs: { n: 1 } }),
  resume: (app) => app.resume('under way'),
  'resume by force': (app) => app.resume('under way', { takeover: 'force' }),
  rerun: (app) => app.rerun(doubling, 'under way'),
  resumeAll: (app) => app.resumeAll(),
  engine: (app) => app.engine(doubling, { inputs: { n: 1 } }).run(),
  reset: (app) => app.reset('failed'),
  cancel: (app) => app.cancel('under way'),
  'cancel by its handle': (app) => app.handle('under way').cancel(),
  suspend: (app) => app.suspend('under way'),
  'suspend by its handle': (app) => app.handle('under way').suspend(),
  retryFailed: (app) => app.retryFailed('failed'),
  retryRevert: (app) => app.retryRevert('failed', 'failing/fail'),
  skipRevert: (app) => app.skipRevert('failed', 'failing/fail'),
  saveLogbook: (app) => app.saveLogbook('orders', {}),
  prune: (app) => app.prune({ olderThanMs: 0 }),
};

describePostgres('runs looked at on a replica', () => {
  let pair: Pair;
  let primary: ReplicaApp;
  const gate = new Gate();
  const ends: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    pair = await startPair();
    primary = flowproof({ persistence: postgres(pair.primary.url), flows, services: { gate } });
    await primary.saveLogbook('orders', { team: 'shop' });
    await primary.run(failing, { id: 'failed', inputs: { n: 1 }, logbook: 'orders', metadata: { customer: 'c-7' } });
    await primary.start(doubling, { id: 'under way', inputs: { n: 21 } });
    await gate.reached;
    await pair.caughtUp();
  }, TEST_MS);
  afterAll(async () => {
    await primary.stop();
    for (const end of ends) await end();
    await pair.stop();
  });

  const SOURCES: Readonly<Record<string, () => PostgresSource>> = {
    'a URL': () => pair.standby.url,
    'a pool': () => poolOf(),
    'a Kysely': () => new Kysely<object>({ dialect: new PostgresDialect({ pool: poolOf() }) }),
  };
  function poolOf(): pg.Pool {
    const pool = new pg.Pool({ connectionString: pair.standby.url, max: 2 });
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    ends.push(() => pool.end());
    return pool;
  }
  const replica = (source: PostgresSource = pair.standby.url): ReplicaApp =>
    flowproof({ persistence: postgres(source, { readOnly: true }), flows, services: { gate } });

  describe.each(Object.keys(SOURCES))('by %s', (kind) => {
    test('lists, finds and shows what there is', async () => {
      await using app = replica(SOURCES[kind]?.());
      await app.ready();
      const { runs } = await app.runs();
      expect(runs.map(({ id, state }) => [id, state])).toEqual([
        ['under way', 'RUNNING'],
        ['failed', 'REVERTED'],
      ]);
      // Somebody has it; who is alive is not known here.
      expect(runs.map(({ owner }) => owner)).toEqual([{ id: expect.any(String) }, undefined]);
      for (const query of [
        { flow: 'failing' },
        { states: ['REVERTED'] as const },
        { logbook: 'orders' },
        { metadata: { customer: 'c-7' } },
      ])
        expect((await app.runs(query)).runs.map(({ id }) => id)).toEqual(['failed']);
      expect((await app.runs({ limit: 1 })).next).toBeDefined();
      expect((await app.logbooks()).logbooks).toMatchObject([{ name: 'orders', metadata: { team: 'shop' } }]);
      expect(await app.inspect('under way')).toMatchObject({ inputs: { n: 21 }, atoms: [{ path: 'doubling/wait', state: 'RUNNING' }] });
      const handle = app.handle(failing, 'failed');
      expect([await handle.state(), (await handle.result()).state, (await handle.inspect()).failures]).toMatchObject([
        'REVERTED',
        'REVERTED',
        [{ path: 'failing/fail', failure: { message: 'no' } }],
      ]);
      await expect(app.handle('unknown').state()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    });
  });

  test.each(Object.keys(WRITES))('refuses what would write: %s', async (what) => {
    await using app = replica();
    const refusal = await WRITES[what]?.(app).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: 'PersistenceError', code: 'STORE_READ_ONLY' });
    expect(isFlowproofError(refusal) && refusal.message).toMatch(/^this app only reads its store/);
  });

  test('refuses to list by who is alive', async () => {
    await using app = replica();
    await expect(app.runs({ ownerless: true })).rejects.toMatchObject({
      code: 'STORE_READ_ONLY',
      message: expect.stringContaining('primary'),
    });
  });

  test('leaves no lease and takes nothing up, though it is told to', async () => {
    const app = flowproof({ persistence: postgres(pair.primary.url, { readOnly: true }), flows, services: { gate }, recover: true });
    await app.ready();
    await app.runs();
    const owners = async () => (await query('select owner from flowproof.leases')).map(({ owner }) => owner);
    const [{ owner } = {}] = await query(`select owner from flowproof.runs where key = 'under way'`);
    expect(await owners()).toEqual([owner]);
    await app.stop();
    expect(await owners()).toEqual([owner]);
  });
  async function query(text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: pair.primary.url });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  test('needs no more than the right to read', async () => {
    await query(
      `create role looking login; grant usage on schema flowproof to looking; grant select on all tables in schema flowproof to looking`,
    );
    await pair.caughtUp();
    for (const { url } of [pair.primary, pair.standby]) {
      const as = new URL(url);
      as.username = 'looking';
      await using app = replica(as.href);
      expect((await app.runs()).runs).toHaveLength(2);
      expect((await app.inspect('failed')).state).toBe('REVERTED');
    }
  });

  test('says so where the schema has not come yet', async () => {
    await using app = flowproof({
      persistence: postgres(pair.standby.url, { readOnly: true, schema: 'not yet' }),
      flows,
      services: { gate },
    });
    await expect(app.runs()).rejects.toMatchObject({ code: 'STORE_SCHEMA' });
  });

  test('a store that is to write there waits, and says what would do', async () => {
    await using app = flowproof({
      persistence: postgres(pair.standby.url, { schema: 'other' }),
      flows,
      services: { gate },
      storeTimeoutMs: 1,
    });
    await expect(app.ready()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', message: expect.stringContaining('readOnly: true') });
  });

  test('waits for a result that is still to come, and ends when it is stopped meanwhile', async () => {
    await using app = replica();
    const result = app.handle(doubling, 'under way').result();
    const other = replica();
    const stopped = other
      .handle(doubling, 'under way')
      .result()
      .catch((error: unknown) => error);
    await other.handle('under way').state();
    await other.stop();
    expect(await stopped).toMatchObject({ code: 'APP_STOPPED' });
    gate.open();
    expect(await result).toMatchObject({ state: 'SUCCESS', results: { twice: 42 } });
  });
});
