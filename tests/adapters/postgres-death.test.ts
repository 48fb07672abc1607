import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startPostgres } from '../../scripts/postgres.js';
import { postgres } from '../../src/adapters/postgres/index.js';
import { PoolSql } from '../../src/adapters/postgres/pool-sql.js';
import type { Journal } from '../../src/persistence/index.js';
import { type LockClient, LockSession } from '../../src/sql/client/lock-session.js';
import { quoted } from '../../src/sql/schema/migrate.js';
import { begun, load, sampleRun } from '../conformance/journal/samples.js';
import { EngineProcess, engineProgram } from '../scenarios/processes.js';
import { describePostgres } from '../support/postgres.js';
import { startAgain } from './postgres-rig.js';

const LONG_MS = 60_000;

async function opened(source: Parameters<typeof postgres>[0]): Promise<Journal> {
  const journal = postgres(source).connect();
  await journal.open();
  return journal;
}

/** When each owner took the lock that it holds. */
async function locksIn(pool: pg.Pool): Promise<ReadonlyMap<string, string>> {
  const { rows } = await pool.query<{ owner: string; at: string }>('select owner::text, taken_at::text as at from flowproof.owner_locks');
  return new Map(rows.map(({ owner, at }) => [owner, at]));
}

const locked = (pool: pg.Pool, owner: string, before?: string) =>
  vi.waitFor(
    async () => {
      const at = (await locksIn(pool)).get(owner);
      if (at === undefined || at === before) throw new Error('not locked yet');
      return at;
    },
    { timeout: 40_000, interval: 5 },
  );

describePostgres('the death of a process', (database) => {
  const directory = mkdtempSync(join(tmpdir(), 'flowproof-death-'));
  let program = '';
  let journal: Journal;
  beforeAll(async () => {
    program = await engineProgram('death');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  beforeEach(async () => {
    journal = await opened(database().url);
  });
  afterEach(() => journal.close());

  /** A process in the middle of its run, with a lease that outlasts any test and its lock taken. */
  async function running(id: string, leaseMs = LONG_MS): Promise<{ owner: EngineProcess; runId: string; go(): void }> {
    const until = join(directory, `${id}.go`);
    const orders = { store: { postgres: database().url }, effects: join(directory, id), action: 'run', id, leaseMs } as const;
    const owner = new EngineProcess(program, { ...orders, inTask: { name: 'c', does: 'wait', until } });
    await owner.next();
    const run = await journal.find({ key: id });
    await locked(database().admin, run?.owner?.id ?? '');
    return { owner, runId: run?.runId ?? '', go: () => writeFileSync(until, '') };
  }

  const isAlive = async (runId: string) => (await journal.find({ runId }))?.owner?.alive;
  const lives = async (runId: string) => ({
    find: await isAlive(runId),
    load: (await load(journal, runId)).summary.owner?.alive,
    owned: !(await journal.runs({ ownerless: true })).runs.some((run) => run.runId === runId),
    tick: (await journal.tick({ owner: sampleRun().writer, leaseMs: LONG_MS, watch: [runId] })).watched[0]?.owner?.alive,
  });

  test('is seen when one renewal is missed by find, load, lists and watchers, and another process goes on', async () => {
    const { owner, runId, go } = await running('killed');
    expect(await lives(runId)).toEqual({ find: true, load: true, owned: true, tick: true });
    owner.child.kill('SIGKILL');
    await owner.exited;
    await vi.waitFor(async () => expect(await isAlive(runId)).toBe(false), { timeout: 40_000, interval: 5 });
    expect(await lives(runId)).toEqual({ find: false, load: false, owned: false, tick: false });
    const { rows } = await database().admin.query('select 1 from flowproof.leases where expires_at > clock_timestamp()');
    expect(rows.length).toBeGreaterThan(0);
    go();
    const orders = { store: { postgres: database().url }, effects: join(directory, 'killed'), action: 'resume', id: 'killed' } as const;
    expect((await new EngineProcess(program, orders).last())?.end?.state).toBe('SUCCESS');
  });

  test('is looked for again when its renewal is due, and not that of a living one', async () => {
    const { admin } = database();
    await admin.query('update flowproof.leases set renewal_due_at = clock_timestamp()');
    const { owner, runId } = await running('silent');
    const take = { flows: [], limit: 0, format: 1, aheadMs: 0, nowMs: 0, asleepOnly: false, except: [], thorough: false };
    const againMs = async () => (await journal.tick({ owner: sampleRun().writer, leaseMs: LONG_MS, watch: [], take })).take?.againMs;
    expect(await againMs()).toBeUndefined();
    owner.child.kill('SIGKILL');
    await owner.exited;
    // Only the server is to see it.
    await admin.query(`update flowproof.leases set renewal_due_at = clock_timestamp() + interval '1 minute'`);
    await vi.waitFor(async () => expect(await againMs()).toBeGreaterThan(0), { timeout: 40_000, interval: 5 });
    expect(await againMs()).toBeLessThanOrEqual(60_001);
    await admin.query('update flowproof.leases set renewal_due_at = clock_timestamp()');
    expect(await againMs()).toBeUndefined();
    expect((await journal.find({ runId }))?.owner).toBeUndefined();
  });

  test('is not what a frozen process died: its lease decides', async () => {
    const { owner, runId, go } = await running('frozen');
    owner.child.kill('SIGSTOP');
    await owner.frozen();
    expect(await lives(runId)).toEqual({ find: true, load: true, owned: true, tick: true });
    await database().admin.query('update flowproof.leases set expires_at = clock_timestamp()');
    expect(await isAlive(runId)).toBe(false);
    owner.thaw();
    go();
    expect((await owner.last())?.end?.state).toBe('SUCCESS');
  });

  test('is not what a lock is that nobody holds, before a renewal is missed', async () => {
    const run = await begun(journal);
    const tick = () => journal.tick({ owner: run.writer, leaseMs: LONG_MS, watch: [] });
    await tick();
    await locked(database().admin, run.writer);
    const ofNobody = 'update flowproof.owner_locks set lock_key = 7, taken_at = clock_timestamp() where owner = $1';
    await database().admin.query(ofNobody, [run.writer]);
    expect(await lives(run.runId)).toEqual({ find: true, load: true, owned: true, tick: true });
    await database().admin.query('update flowproof.leases set renewal_due_at = clock_timestamp() where owner = $1', [run.writer]);
    expect(await lives(run.runId)).toEqual({ find: false, load: false, owned: false, tick: false });
    await tick();
    expect(await isAlive(run.runId)).toBe(true);
  });

  test('is not what a lost connection is: nobody takes the run, and the lock is taken again', async () => {
    const { owner, runId, go } = await running('cut');
    const { admin } = database();
    const id = (await journal.find({ runId }))?.owner?.id ?? '';
    const before = (await locksIn(admin)).get(id);
    const held = `select pg_terminate_backend(l.pid) from pg_locks l join flowproof.owner_locks k on k.owner = $1
      and l.locktype = 'advisory' and ((l.classid::bigint << 32) | l.objid::bigint) = k.lock_key`;
    const seen = new Set<boolean | undefined>();
    expect((await admin.query(held, [id])).rows).toHaveLength(1);
    while ((await locksIn(admin)).get(id) === before) seen.add(await isAlive(runId));
    seen.add(await isAlive(runId));
    expect([...seen]).toEqual([true]);
    go();
    expect((await owner.last())?.end?.state).toBe('SUCCESS');
    expect((await locksIn(admin)).has(id)).toBe(false);
  });

  test('is shown by one session for all apps that share a persistence, and by a lock for each', async () => {
    const { admin } = database();
    const persistence = postgres(database().url);
    const journals = [persistence.connect(), persistence.connect(), persistence.connect()];
    const runs: Awaited<ReturnType<typeof begun>>[] = [];
    for (const one of journals) {
      await one.open();
      const run = await begun(one);
      await one.tick({ owner: run.writer, leaseMs: LONG_MS, watch: [] });
      runs.push(run);
    }
    const held = async () => {
      const text = `select l.pid from pg_locks l join flowproof.owner_locks k on k.owner = any($1::uuid[])
        and l.locktype = 'advisory' and ((l.classid::bigint << 32) | l.objid::bigint) = k.lock_key`;
      return (await admin.query<{ pid: number }>(text, [runs.map(({ writer }) => writer)])).rows.map(({ pid }) => pid);
    };
    const before = await held();
    expect([before.length, new Set(before).size]).toEqual([3, 1]);
    await admin.query('select pg_terminate_backend($1)', [before[0]]);
    await vi.waitFor(async () => {
      const after = await held();
      expect([after.length, new Set(after).size, after.includes(before[0] ?? 0)]).toEqual([3, 1, false]);
    });
    const [first, ...others] = journals;
    await first?.release(runs[0]?.writer ?? '');
    await first?.close();
    expect(await held()).toHaveLength(2);
    for (const one of others) await one.close();
    await vi.waitFor(async () => expect(await held()).toHaveLength(0));
  });

  test('through a pool of the user is seen by the lease alone', async () => {
    const pool = new pg.Pool({ connectionString: database().url, max: 2 });
    const other = await opened(pool);
    const run = await begun(other);
    await other.tick({ owner: run.writer, leaseMs: LONG_MS, watch: [] });
    await other.close();
    expect(await isAlive(run.runId)).toBe(true);
    expect((await locksIn(database().admin)).has(run.writer)).toBe(false);
    await pool.end();
  });
});

describePostgres('a lock of a process', (database) => {
  let sql: PoolSql;
  let journal: Journal;
  beforeEach(async () => {
    journal = await opened(database().url);
    sql = new PoolSql(new pg.Pool({ connectionString: database().url, max: 1 }), { own: true });
  });
  afterEach(async () => {
    await sql.close();
    await journal.close();
  });
  const owner = () => sampleRun().writer;
  const client = (url = database().url) => new pg.Client({ connectionString: url }) as pg.Client & LockClient;
  const schema = quoted('flowproof');

  /** Keeps the lock, and waits until its connection is given up again. */
  async function triedWith(id: string, tried: LockClient): Promise<void> {
    const locks = new LockSession({ schema, channel: 'flowproof_due', connect: () => tried });
    const ended = new Promise<void>((resolve) => tried.on('end', resolve));
    await locks.keep(id, sql, false);
    await ended;
    await locks.keep(id, sql, false);
    await locks.drop(id);
  }

  test('is not believed behind somebody who shares connections out', async () => {
    const [shared, id] = [client(), owner()];
    const pooler = new Proxy(shared, {
      get: (target, name) => {
        const value: unknown = name === 'processID' ? 1 : Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    await triedWith(id, pooler);
    expect((await locksIn(database().admin)).has(id)).toBe(false);
  });

  test('is not believed when others can take it, too', async () => {
    const id = owner();
    vi.spyOn(sql, 'query').mockResolvedValueOnce([{ free: true }]);
    await triedWith(id, client());
    expect((await locksIn(database().admin)).has(id)).toBe(false);
  });

  test('that the server refused at first is taken the next time', async () => {
    const id = owner();
    const elsewhere = new URL(database().url);
    elsewhere.pathname = '/there_is_no_such_database';
    const clients = [client(elsewhere.href), client()];
    const locks = new LockSession({ schema, channel: 'flowproof_due', connect: () => clients.shift() ?? client() });
    await locks.keep(id, sql, false);
    expect((await locksIn(database().admin)).has(id)).toBe(false);
    await locks.keep(id, sql, false);
    expect((await locksIn(database().admin)).has(id)).toBe(true);
    await locks.drop(id);
  });

  test('that is dropped while it is being taken is held no longer than its session needs', async () => {
    const [one, other] = [owner(), owner()];
    const locks = new LockSession({ schema, channel: 'flowproof_due', connect: client });
    await locks.keep(one, sql, false);
    const taking = locks.keep(other, sql, false);
    await locks.drop(other);
    await taking;
    const held = `select from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid() and database = (select oid from pg_database where datname = current_database())`;
    expect((await database().admin.query(held)).rowCount).toBe(1);
    await locks.drop(one);
  });

  test('that can’t be taken again is forgotten: the lease decides', async () => {
    const [first, id] = [client(), owner()];
    const clients = [first, client('postgres://postgres@127.0.0.1:1/none')];
    const locks = new LockSession({ schema, channel: 'flowproof_due', connect: () => clients.shift() ?? client() });
    await locks.keep(id, sql, false);
    await locked(database().admin, id);
    await database().admin.query('select pg_terminate_backend($1)', [first.processID]);
    await vi.waitFor(async () => expect((await locksIn(database().admin)).has(id)).toBe(false));
    await locks.keep(id, sql, false);
    await locked(database().admin, id);
    await locks.drop(id);
  });
});

describePostgres('a restart of the server', () => {
  test.each(['stop', 'kill'] as const)('(%s) is nobody’s death: locks of before say nothing', async (end) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'flowproof-restart-'));
    const server = await startPostgres({ dataDir });
    const admin = new pg.Pool({ connectionString: server.url, max: 1 });
    admin.on('error', () => undefined);
    const journal = await opened(server.url);
    const run = await begun(journal);
    const tick = () => journal.tick({ owner: run.writer, leaseMs: LONG_MS, watch: [] });
    await tick();
    const before = await locked(admin, run.writer);
    await server[end]();
    const again = await startAgain(server);
    const other = await opened(server.url);
    expect((await other.find({ runId: run.runId }))?.owner).toEqual({ id: run.writer, alive: true });
    await tick();
    await locked(admin, run.writer, before);
    expect((await other.find({ runId: run.runId }))?.owner?.alive).toBe(true);
    await journal.close();
    const isAlive = async () => (await other.find({ runId: run.runId }))?.owner?.alive;
    await vi.waitFor(async () => expect(await isAlive()).toBe(false), { timeout: 40_000, interval: 5 });
    await other.close();
    await admin.end();
    await again.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
});
