import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { PgliteDatabase } from '../../src/adapters/pglite/index.js';
import { defineTask, flowproof, linear } from '../../src/index.js';
import type { Journal, Persistence } from '../../src/persistence/index.js';
import { OpenedJournals } from '../conformance/journal/opened-journals.js';
import { appendOne, begun, entriesOf } from '../conformance/journal/samples.js';
import { describeJournal, type JournalRig } from '../conformance/journal.js';
import { childPrograms } from '../persistence/child.js';
import { describePglite, pglitePath } from '../support/pglite.js';
import { tamperWith } from './tamper.js';

/** It begins as a database does: that takes seconds. */
const START_MS = 60_000;

describePglite('PGlite', () => {
  let database: PgliteDatabase & { close(): Promise<void> };
  let pglite: typeof import('../../src/adapters/pglite/index.js')['pglite'];
  beforeAll(async () => {
    const { PGlite } = await import('@electric-sql/pglite');
    ({ pglite } = await import('../../src/adapters/pglite/index.js'));
    database = new PGlite();
    await database.query('select 1');
  }, START_MS);
  afterAll(() => database.close());

  describeJournal('pglite', () => rig(pglite, database));

  test('that is the user’s is left open, and its transactions are its own', async () => {
    const schema = `s_${randomUUID()}`;
    const journal = pglite(database, { schema }).connect();
    await journal.open();
    await database.query('create table mine (n int)');
    const run = await begun(journal);
    await Promise.all([
      database
        .transaction(async (transaction) => {
          await transaction.query('insert into mine values (1)');
          throw new Error('rolled back');
        })
        .catch(() => undefined),
      appendOne(journal, run.item(1)),
    ]);
    expect(await entriesOf(journal, run.runId)).toHaveLength(2);
    await journal.close();
    expect((await database.query('select count(*)::int as n from mine')).rows).toEqual([{ n: 0 }]);
    expect(journal.capabilities).toMatchObject({ powerSafe: false, multiProcess: false });
  });
});

describePglite('a directory with PGlite in it', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'flowproof-pglite-'));
    return () => rm(directory, { recursive: true });
  });
  const opened = async (persistence: Persistence): Promise<Journal> => {
    const journal = persistence.connect();
    await journal.open();
    return journal;
  };

  test(
    'is shared by the connections of one value, locked for all others, and kept',
    async () => {
      const { pglite } = await import('../../src/adapters/pglite/index.js');
      const store = pglite(join(directory, 'deep'));
      const [one, other] = await Promise.all([opened(store), opened(store)]);
      const run = await begun(one, 2);
      await one.close();
      expect(await entriesOf(other, run.runId)).toHaveLength(3);
      await expect(opened(pglite(join(directory, 'deep')))).rejects.toMatchObject({ code: 'STORE_LOCKED' });
      await other.close();
      const again = await opened(pglite(join(directory, 'deep')));
      expect(await entriesOf(again, run.runId)).toHaveLength(3);
      await again.close();
      expect((await readdir(join(directory, 'deep'))).sort()).toEqual(['data']);
    },
    START_MS,
  );

  test(
    'runs flows',
    async () => {
      const { pglite } = await import('../../src/adapters/pglite/index.js');
      const double = defineTask({
        name: 'double',
        requires: ['n'],
        provides: ['out'],
        execute: async ({ n }: { n: number }) => ({ out: n * 2 }),
      });
      const flow = linear('doubling').input<{ n: number }>().add(double).build();
      await using app = flowproof({ persistence: pglite(directory), flows: [flow] });
      expect(await app.run(flow, { id: 'one', inputs: { n: 21 } })).toMatchObject({ state: 'SUCCESS', results: { out: 42 } });
      expect((await app.inspect('one')).state).toBe('SUCCESS');
    },
    START_MS,
  );

  test(
    'keeps what it has acknowledged when its process is killed',
    async () => {
      const start = await childPrograms(directory, {
        door: new URL('../../src/adapters/pglite/index.ts', import.meta.url),
        alias: { '@electric-sql/pglite': pglitePath() },
      });
      const store = join(directory, 'store');
      const program = `
        import { randomUUID } from 'node:crypto';
        import { pglite } from './door.mjs';
        const journal = pglite(${JSON.stringify(store)}).connect();
        await journal.open();
        const shape = { fingerprint: 'f', atoms: [['a', 'task']], manifest: {} };
        const [runId, writer] = [randomUUID(), randomUUID()];
        const entry = (seq, transitions) => ({ runId, seq, epoch: 0, kind: 'step', writer, stepId: '000000000000', format: 1, atMs: 1000, transitions });
        const created = ['CREATED', { key: runId, flow: 'f', version: 1, fingerprint: 'f', inputs: {}, inputsHash: 'h' }];
        await journal.createRun({ entry: entry(0, [created]), key: runId, flow: 'f', version: 1, inputsHash: 'h', state: 'RUNNING', owner: writer, shape });
        for (let seq = 1; ; seq++) {
          await journal.append([{ entry: entry(seq, [['RUNNING', 0]]), durability: 'full' }]);
          console.log(runId + ' ' + seq);
        }`;
      const kept = new Map<string, number>();
      for (let round = 0; round < 3; round++) {
        const child = await start(program);
        for (let lines = 0; lines < 30 + 20 * round; lines++) {
          const [runId = '', seq] = (await child.line()).split(' ');
          kept.set(runId, Number(seq));
        }
        await child.kill();
      }
      const { pglite } = await import('../../src/adapters/pglite/index.js');
      const journal = await opened(pglite(store));
      for (const [runId, seq] of kept) expect((await entriesOf(journal, runId)).length).toBeGreaterThan(seq);
      expect(kept.size).toBe(3);
      await journal.close();
    },
    2 * START_MS,
  );
});

async function rig(pglite: typeof import('../../src/adapters/pglite/index.js')['pglite'], database: PgliteDatabase): Promise<JournalRig> {
  const schema = `Test ${randomUUID()}`;
  const persistence = pglite(database, { schema });
  const opened = new OpenedJournals(persistence);
  const { connect, reopen } = opened;
  return {
    journal: await connect(),
    second: connect,
    reopen,
    async tamper(tampering) {
      await tamperWith(database, schema, tampering);
      return opened.any ?? connect();
    },
    leaseMs: 30,
    async afterLease() {
      const sql = `select count(*)::int as living from "${schema}".leases where expires_at > clock_timestamp()`;
      while (((await database.query(sql)).rows[0] as { living: number }).living > 0);
    },
    async close() {
      await opened.closeAll();
      await database.query(`drop schema "${schema}" cascade`);
    },
  };
}
