import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { postgres } from '../../src/adapters/postgres/index.js';
import {
  defineTask,
  encrypted,
  type FlowEvent,
  file,
  flowproof,
  linear,
  memory,
  type Persistence,
  type TaskContext,
  times,
  waitFor,
} from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';
import { Gate } from './gate.js';

type Context = TaskContext<{ log: string[] }>;
const task = (name: string, fails: () => boolean = () => false) =>
  defineTask({
    name,
    execute: async (_: {}, { services: { log } }: Context) => {
      log.push(name);
      if (fails()) throw new Error(`${name} failed`);
    },
    revert: async (_: {}, _outcome, { services: { log } }: Context) => void log.push(`undo ${name}`),
  });
const [a, b, c] = [task('a'), task('b'), task('c')];
const shorter = linear('f').add(a).add(b).build();
const longer = linear('f').add(a).add(b).add(c).build();

/** The store of another process that is slow with the step that brings a run to `state`: it passes the gate when that is durable, or before. */
function slowEnd(store: Persistence, state: string, gate: Gate, when: 'before' | 'after'): Persistence {
  return {
    ...store,
    connect() {
      const journal = store.connect();
      const { append } = journal;
      journal.append = async (items) => {
        const ends = items.some(({ summary }) => summary?.state === state);
        if (ends && when === 'before') await gate.pass();
        const results = await append.call(journal, items);
        if (ends && when === 'after') await gate.pass();
        return results;
      };
      return journal;
    },
  };
}

test('a cancel that comes while the last step is written does nothing, then or later', async () => {
  const store = memory();
  const gate = new Gate();
  const services = { log: [] as string[] };
  const app = flowproof({ persistence: slowEnd(store, 'SUCCESS', gate, 'before'), flows: [shorter], services });
  const run = app.run(shorter, { id: 'x' });
  await gate.reached;
  const cancelled = await app.cancel('x');
  gate.open();
  expect((await run).state).toBe('SUCCESS');
  expect((await cancelled.result()).state).toBe('SUCCESS');
  await app.stop();
  await using later = flowproof({ persistence: store, flows: [longer], services });
  expect((await later.rerun(longer, 'x')).state).toBe('SUCCESS');
  expect(services.log).toEqual(['a', 'b', 'c']);
});

const hearing = linear('f').add(waitFor('word', z.string())).add(a).build();

/** Two are sent, and one is waited for: the second one comes while the end is written. */
async function tellsOfTheSecond(store: Persistence, isElsewhere: boolean): Promise<void> {
  const gate = new Gate();
  const services = { log: [] as string[] };
  const unheard: FlowEvent[] = [];
  await using app = flowproof({ persistence: slowEnd(store, 'SUCCESS', gate, 'before'), flows: [hearing], services });
  await using other = flowproof({ persistence: store, flows: [hearing], services, recover: false });
  app.on({ types: ['signal'] }, (event) => void (event.heard || unheard.push(event)));
  const run = await app.start(hearing, { id: 'x' });
  await run.signal('word', 'first');
  await gate.reached;
  await (isElsewhere ? other : app).signal(hearing, 'x', 'word', 'second');
  gate.open();
  expect(await run.result()).toMatchObject({ state: 'SUCCESS', results: { word: 'first' } });
  expect(unheard).toMatchObject([{ type: 'signal', runId: 'x', name: 'word', heard: false }]);
  await expect(app.signal(hearing, 'x', 'word', 'third')).rejects.toMatchObject({ code: 'RUN_ENDED' });
}

describe('a signal that comes while the last step is written is told as unheard', () => {
  test('memory', () => tellsOfTheSecond(memory(), false));
  test('files', () => tellsOfTheSecond(file(mkdtempSync(join(tmpdir(), 'flowproof-late-'))), false));
  test('in an encrypted store', () => tellsOfTheSecond(encrypted(memory(), { keys: [{ id: 'k', key: new Uint8Array(32) }] }), false));
  describePostgres('PostgreSQL', (database) => {
    test('from its process, or another one', async () => {
      await tellsOfTheSecond(postgres(database().url, { schema: 'late_here' }), false);
      await tellsOfTheSecond(postgres(database().url, { schema: 'late_elsewhere' }), true);
    });
  });
});

test('a cancel that comes when a run has been suspended, and its engine does not know yet, undoes it all the same', async () => {
  const gate = new Gate();
  const services = { log: [] as string[] };
  await using app = flowproof({ persistence: slowEnd(memory(), 'SUSPENDED', gate, 'after'), flows: [shorter], services });
  app.on((event) => {
    if (event.type === 'task' && event.path === 'f/a' && event.state === 'SUCCESS') void app.suspend('x');
  });
  const run = app.run(shorter, { id: 'x' });
  await gate.reached;
  const cancelled = await app.cancel('x');
  gate.open();
  expect((await run).state).toBe('SUSPENDED');
  expect((await cancelled.result()).state).toBe('CANCELLED');
  expect(services.log).toEqual(['a', 'undo a']);
});

test('what an operator asks while the run ends in FAILURE is done', async () => {
  const gate = new Gate();
  let isBroken = true;
  const log: string[] = [];
  const stubborn = defineTask({
    name: 'stubborn',
    execute: async () => undefined,
    revert: async () => {
      log.push('undo stubborn');
      if (isBroken) throw new Error('not yet');
    },
    revertRetry: times(1),
  });
  const flow = linear
    .dynamic<{ log: string[] }>('f')
    .add(stubborn)
    .add(task('z', () => true))
    .build();
  await using app = flowproof({ persistence: slowEnd(memory(), 'FAILURE', gate, 'after'), flows: [flow], services: { log } });
  const run = app.run(flow, { id: 'x' });
  await gate.reached;
  isBroken = false;
  const mended = await app.retryRevert('x', 'f/stubborn');
  gate.open();
  expect((await run).state).toBe('FAILURE');
  expect((await mended.result()).state).toBe('REVERTED');
  expect(log).toEqual(['z', 'undo z', 'undo stubborn', 'undo stubborn']);
});

describePostgres('a message and the end of its run, in PostgreSQL', (database) => {
  const CANCEL = `insert into flowproof.inbox (run_id, id, kind) select run_id, $2, 'cancel' from flowproof.runs where key = $1`;

  test('a message that got in beside the last step is used up unheard when the run is run again', async () => {
    const id = randomUUID();
    const services = { log: [] as string[] };
    await using app = flowproof({ persistence: postgres(database().url), flows: [longer], services });
    await app.run(longer, { id });
    await database().admin.query(CANCEL, [id, randomUUID()]);
    expect((await app.rerun(longer, id)).state).toBe('SUCCESS');
    expect(services.log).toEqual(['a', 'b', 'c']);
    const left = `select from flowproof.inbox i join flowproof.runs r on r.run_id = i.run_id where r.key = $1`;
    expect((await database().admin.query(left, [id])).rows).toEqual([]);
  });

  test('a message waits for a step that is being committed, and is refused when that has ended the run', async () => {
    const { admin, url } = database();
    const id = randomUUID();
    await using app = flowproof({ persistence: postgres(url), flows: [longer], services: { log: [] } });
    await app.engine(longer, { id }).prepare();
    const client = await admin.connect();
    try {
      await client.query('begin');
      await client.query(`update flowproof.runs set state = 'CANCELLED', ended_at = now() where key = $1`, [id]);
      const refused = expect(app.cancel(id)).rejects.toMatchObject({ code: 'RUN_ENDED', runId: id, state: 'CANCELLED' });
      const waiting = `select from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database() and a.query like '%"flowproof".inbox%'`;
      await vi.waitFor(async () => expect((await admin.query(waiting)).rows.length).toBeGreaterThan(0));
      await client.query('commit');
      await refused;
    } finally {
      client.release();
    }
  });
});
