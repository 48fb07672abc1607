import { rm } from 'node:fs/promises';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startPostgres } from '../../scripts/postgres.js';
import { postgres } from '../../src/adapters/postgres/index.js';
import { defineTask, flowproof, linear } from '../../src/index.js';
import type { Journal } from '../../src/persistence/index.js';
import { appendOne, begun, entriesOf, load, sampleRun, shape } from '../conformance/journal/samples.js';
import { describePostgres } from '../support/postgres.js';
import { startWire, type Wire } from '../support/wire.js';
import { startAgain } from './postgres-rig.js';

async function opened(source: Parameters<typeof postgres>[0]): Promise<Journal> {
  const journal = postgres(source).connect();
  await journal.open();
  return journal;
}

describePostgres('an answer that is lost', (database) => {
  let wire: Wire;
  let journal: Journal;
  beforeEach(async () => {
    wire = await startWire(database().url);
    journal = await opened(wire.url);
  });
  afterEach(async () => {
    await journal.close();
    await wire.close();
  });

  test('of an append: it was mine', async () => {
    const run = await begun(journal, 1);
    wire.loseAnswers(1);
    expect(await appendOne(journal, run.item(2))).toBe('mine');
    expect(await entriesOf(journal, run.runId)).toHaveLength(3);
  });

  test('of an append that changes more: done once, with all that belongs to it', async () => {
    const run = await begun(journal, 1);
    await journal.send({ id: 'm-1', runId: run.runId, kind: 'suspend' });
    wire.loseAnswers(1);
    expect(await appendOne(journal, run.item(2, { consume: ['m-1'], summary: { state: 'SUSPENDED', owner: null } }))).toBe('mine');
    const loaded = await load(journal, run.runId);
    expect([loaded.inbox, loaded.summary.state, loaded.summary.owner]).toEqual([[], 'SUSPENDED', undefined]);
  });

  test('of all tries: unknown, and the same item again tells', async () => {
    const run = await begun(journal, 1);
    wire.loseAnswers(3);
    const item = run.item(2);
    expect(await appendOne(journal, item)).toBe('unknown');
    expect(await appendOne(journal, item)).toBe('mine');
  });

  test('of a batch: each was mine, the stale one is stale', async () => {
    const runs = [await begun(journal, 1), await begun(journal, 1), await begun(journal, 1)] as const;
    const late = runs[1].by(sampleRun().writer).item(1);
    wire.loseAnswers(1);
    const results = await journal.append([runs[0].item(2), late, runs[2].item(2)]);
    expect(results.map(({ kind }) => kind)).toEqual(['ok', 'stale', 'ok']);
    wire.loseAnswers(1);
    const again = await journal.append(runs.map((run, index) => run.item(index === 1 ? 2 : 3)));
    expect(again.map(({ kind }) => kind)).toEqual(['mine', 'mine', 'mine']);
  });

  test('when another engine has taken over meanwhile: mine was mine, and the next one is stale', async () => {
    const run = await begun(journal, 1);
    wire.loseAnswers(3);
    const item = run.item(2);
    expect(await appendOne(journal, item)).toBe('unknown');
    const other = await opened(database().url);
    expect(await appendOne(other, run.by(sampleRun().writer).item(3, { epoch: 1 }))).toBe('ok');
    await other.close();
    expect(await appendOne(journal, item)).toBe('mine');
    expect(await appendOne(journal, run.item(3))).toBe('stale');
  });

  test('of a creation: created, once', async () => {
    await begun(journal);
    wire.loseAnswers(1);
    const run = sampleRun({ shape: { ...shape, fingerprint: 'lost' } });
    expect(await journal.createRun(run.create)).toEqual({ kind: 'created' });
    expect(await entriesOf(journal, run.runId)).toHaveLength(1);
    wire.loseAnswers(3);
    const next = sampleRun();
    expect(await journal.createRun(next.create)).toMatchObject({ kind: 'unknown' });
    expect(await journal.createRun(next.create)).toMatchObject({ kind: 'exists', run: { runId: next.runId } });
  });

  test('of a message, a tick, a load: asked again', async () => {
    const run = await begun(journal, 1);
    wire.loseAnswers(1);
    await journal.send({ id: 'm-1', runId: run.runId, kind: 'suspend' });
    wire.loseAnswers(1);
    expect((await journal.tick({ owner: run.writer, leaseMs: 1_000, watch: [] })).messages).toHaveLength(1);
    wire.loseAnswers(1);
    expect((await load(journal, run.runId)).inbox).toHaveLength(1);
  });
});

describePostgres('connections that the server ends', (database) => {
  const endAll = () =>
    database().admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );

  test('between appends are replaced, for a URL, a pool and a Kysely', async () => {
    const pool = new pg.Pool({ connectionString: database().url, max: 2 });
    // Ours while we use it; once we are done with it, its idle connections are its owner's again.
    pool.on('error', () => undefined);
    const inner = new pg.Pool({ connectionString: database().url, max: 2 });
    // Kysely listens to no connection that it has borrowed: its owner must, or the process ends with the connection.
    inner.on('connect', (client) => client.on('error', () => undefined));
    inner.on('error', () => undefined);
    const kysely = new Kysely<object>({ dialect: new PostgresDialect({ pool: inner }) });
    for (const source of [database().url, pool, kysely]) {
      const journal = await opened(source);
      const run = await begun(journal, 1);
      for (let seq = 2; seq < 5; seq++) {
        await endAll();
        expect(await appendOne(journal, run.item(seq))).toBe('ok');
      }
      await endAll();
      expect(await entriesOf(journal, run.runId)).toHaveLength(5);
      await journal.close();
    }
    await pool.end();
    await kysely.destroy();
  });
});

describePostgres('a server that is down', () => {
  test('leaves appends unknown, says that it is unreachable, and goes on when it is back', async () => {
    const server = await startPostgres();
    const journal = await opened(server.url);
    const run = await begun(journal, 1);
    await server.kill();
    // A backend may outlive its server for a moment, and do what it is asked.
    let item = run.item(2);
    for (; (await appendOne(journal, item)) !== 'unknown'; item = run.item(item.entry.seq + 1));
    const batch = [run.item(item.entry.seq), sampleRun().item(1)];
    expect((await journal.append(batch)).map(({ kind }) => kind)).toEqual(['unknown', 'unknown']);
    expect(await journal.createRun(sampleRun().create)).toMatchObject({ kind: 'unknown' });
    await expect(journal.find({ runId: run.runId })).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    await expect(opened(server.url)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    const again = await startAgain(server);
    expect(['ok', 'mine']).toContain(await appendOne(journal, item));
    expect(await entriesOf(journal, run.runId)).toHaveLength(item.entry.seq + 1);
    await journal.close();
    await again.stop();
    await rm(server.dataDir, { recursive: true });
  });
});

describePostgres('a run that is asked for while the server is away', () => {
  const rest = defineTask({ name: 'rest', execute: async () => undefined });
  const flow = linear('asked').add(rest).build();

  test('is waited for, as long as a run waits for its store', async () => {
    const server = await startPostgres();
    await using app = flowproof({ persistence: postgres(server.url), flows: [flow] });
    await using hasty = flowproof({ persistence: postgres(server.url), flows: [flow], storeTimeoutMs: 0 });
    expect((await app.run(flow, { id: 'asked' })).state).toBe('SUCCESS');
    expect((await hasty.resume(flow, 'asked')).state).toBe('SUCCESS');
    await server.kill();
    const asked = [app.resume(flow, 'asked'), app.run(flow, { id: 'asked' }), app.run(flow, { id: 'new' })];
    await expect(hasty.resume(flow, 'asked')).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    const again = await startAgain(server);
    expect((await Promise.all(asked)).map(({ state }) => state)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
    await app.stop();
    await hasty.stop();
    await again.stop();
    await rm(server.dataDir, { recursive: true });
  });
});

describePostgres('what one append costs', (database) => {
  afterEach(() => vi.restoreAllMocks());

  test('is one statement, also when it ends the run, and for many runs', async () => {
    const journal = await opened(database().url);
    const runs = await Promise.all(Array.from({ length: 10 }, () => begun(journal)));
    // Until both lanes are open, and the lock is taken.
    for (let lane = 0; lane < 2; lane++) await Promise.all([begun(journal, 3), begun(journal, 2)]);
    await journal.tick({ owner: runs[0]?.writer ?? '', leaseMs: 1_000, watch: [] });
    const query = vi.spyOn(pg.Client.prototype, 'query');
    const count = async (work: () => Promise<unknown>) => {
      query.mockClear();
      await work();
      return query.mock.calls.length;
    };
    const [run = sampleRun()] = runs;
    expect(await count(() => appendOne(journal, run.item(1)))).toBe(1);
    expect(await count(() => appendOne(journal, run.item(2, { durability: 'relaxed' })))).toBe(1);
    expect(await count(() => appendOne(journal, run.item(3, { consume: ['m'], summary: { state: 'SUCCESS', owner: null } })))).toBe(1);
    expect(await count(() => journal.append(runs.slice(1).map((one) => one.item(1))))).toBe(1);
    expect(await count(() => journal.append(runs.slice(1).map((one) => one.item(2, { summary: { owner: null } }))))).toBe(1);
    expect(await count(() => journal.createRun(sampleRun().create))).toBe(1);
    expect(await count(() => journal.tick({ owner: run.writer, leaseMs: 1_000, watch: [run.runId] }))).toBe(1);
    await journal.close();
  });
});

describe('an address where nobody is', () => {
  test('is STORE_UNREACHABLE', async () => {
    await expect(opened('postgres://postgres@127.0.0.1:1/none')).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });
});

describePostgres('a server that shuts down in the breath in which it greets', (database) => {
  test('ends no process: whoever connected is told, and gets in later', async () => {
    const wire = await startWire(database().url);
    wire.endGreeted(1);
    await expect(opened(wire.url)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    const journal = await opened(wire.url);
    const run = await begun(journal, 1);
    wire.endGreeted(2);
    const others = await Promise.all(Array.from({ length: 4 }, () => journal.find({ runId: run.runId })));
    expect(others.map((one) => one?.runId)).toEqual(Array(4).fill(run.runId));
    await journal.close();
    await wire.close();
  });
});
