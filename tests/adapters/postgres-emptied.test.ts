import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { defineTask, flowproof, linear } from '../../src/index.js';
import type { Journal } from '../../src/persistence/index.js';
import { begun, sampleRun } from '../conformance/journal/samples.js';
import { describePostgres } from '../support/postgres.js';

const LONG_MS = 60_000;
const TABLES = ['journal', 'runs', 'shapes', 'logbooks', 'run_metadata', 'inbox', 'leases', 'owner_locks'];
const greet = defineTask({ name: 'greet', provides: ['greeting'], execute: async () => ({ greeting: 'hello' }) });
const flow = linear('greeting').add(greet).build();

describePostgres('tables that somebody empties while a process lives', (database) => {
  const empty = (...tables: readonly string[]) =>
    database().admin.query(`truncate ${tables.map((table) => `flowproof.${table}`).join(', ')}`);
  const journals: Journal[] = [];
  const opened = async (): Promise<Journal> => {
    const journal = postgres(database().url).connect();
    journals.push(journal);
    await journal.open();
    return journal;
  };
  let journal: Journal;
  beforeEach(async () => {
    journal = await opened();
    await empty(...TABLES);
  });
  afterEach(async () => {
    for (const one of journals.splice(0)) await one.close();
  });

  test.each([['all'], ['only what its process knows', 'shapes']])('(%s): every run that begins later can be read', async (_, ...some) => {
    await using app = flowproof({ persistence: postgres(database().url), flows: [flow] });
    await using other = flowproof({ persistence: postgres(database().url), flows: [flow] });
    await app.run(flow, { id: `before ${some}` });
    await empty(...(some.length === 0 ? TABLES : some));
    const id = `after ${some}`;
    expect((await app.run(flow, { id })).state).toBe('SUCCESS');
    expect((await other.inspect(id)).atoms).toMatchObject([{ path: 'greeting/greet', state: 'SUCCESS' }]);
    expect(await other.run(flow, { id })).toMatchObject({ state: 'SUCCESS', results: { greeting: 'hello' } });
  });

  test('and filled again from a backup: runs of the backup and runs that begin later can be read', async () => {
    const later = linear('later').add(greet).build();
    await using app = flowproof({ persistence: postgres(database().url), flows: [flow, later] });
    await app.run(flow, { id: 'in the backup' });
    await database().admin.query('create schema backup');
    for (const table of TABLES) await database().admin.query(`create table backup.${table} as table flowproof.${table}`);
    await app.run(later, { id: 'lost' });
    await empty(...TABLES);
    for (const table of TABLES)
      await database().admin.query(`insert into flowproof.${table} overriding system value select * from backup.${table}`);
    for (const one of [flow, later]) await app.run(one, { id: `new ${one.name}` });
    await using other = flowproof({ persistence: postgres(database().url), flows: [flow, later] });
    const states = [];
    for (const { id } of (await other.runs()).runs) states.push([id, (await other.inspect(id)).state]);
    expect(states.sort()).toEqual([
      ['in the backup', 'SUCCESS'],
      ['new greeting', 'SUCCESS'],
      ['new later', 'SUCCESS'],
    ]);
  });

  test('does not make its process look dead to others', async () => {
    const { writer: owner } = sampleRun();
    await journal.tick({ owner, leaseMs: LONG_MS, watch: [] });
    await empty('leases');
    const run = sampleRun();
    expect(await journal.createRun({ ...run.create, owner })).toEqual({ kind: 'created' });
    expect((await (await opened()).find({ runId: run.runId }))?.owner).toEqual({ id: owner, alive: true });
  });

  test('leaves it the lock that shows its death', async () => {
    const run = await begun(journal);
    const tick = () => journal.tick({ owner: run.writer, leaseMs: LONG_MS, watch: [] });
    await tick();
    const locks = async () => (await database().admin.query('select from flowproof.owner_locks where owner = $1', [run.writer])).rowCount;
    expect(await locks()).toBe(1);
    await empty('owner_locks');
    await tick();
    await vi.waitFor(async () => expect(await locks()).toBe(1));
  });
});
