import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Connection } from '../../src/adapters/postgres/connection.js';
import { postgres } from '../../src/adapters/postgres/index.js';
import { OwnClient } from '../../src/adapters/postgres/own-client.js';
import { PoolSql } from '../../src/adapters/postgres/pool-sql.js';
import { type App, defineTask, flowproof, isFlowproofError, linear, type TaskContext } from '../../src/index.js';
import { NoAnswerError } from '../../src/sql/client/answers.js';
import { statement } from '../../src/sql/client/statement.js';
import { Gate } from '../app/gate.js';
import { begun } from '../conformance/journal/samples.js';
import { describePostgres } from '../support/postgres.js';
import { startWire, type Wire } from '../support/wire.js';

/** What waits without a bound is seen by the test's. */
const TEST_MS = 60_000;

const wait = defineTask({
  name: 'wait',
  execute: (_: {}, { services }: TaskContext<{ gate: Gate }>) => services.gate.pass(),
});
const flow = linear('waiting').add(wait).build();
type WaitingApp = App<readonly [typeof flow]>;

async function codeOf(failing: Promise<unknown>): Promise<string> {
  try {
    await failing;
    return 'no error';
  } catch (error) {
    return isFlowproofError(error) ? error.code : String(error);
  }
}

const PATIENT = { storeTimeoutMs: TEST_MS };
const KINDS = ['a URL', 'a pool', 'a Kysely'] as const;

describePostgres('a network that swallows what it is given', (database) => {
  let wire: Wire;
  const ends: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    wire = await startWire(database().url);
  });
  afterEach(async () => {
    await wire.close();
    await Promise.all(ends.splice(0).map((end) => end()));
  });

  function persistence(kind: (typeof KINDS)[number]) {
    if (kind === 'a URL') return postgres(wire.url);
    const pool = new pg.Pool({ connectionString: wire.url, max: 4 });
    ends.push(() => pool.end());
    if (kind === 'a pool') return postgres(pool);
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    return postgres(new Kysely<object>({ dialect: new PostgresDialect({ pool }) }));
  }
  const app = (kind: (typeof KINDS)[number], gate: Gate, options: object = {}) =>
    flowproof({
      persistence: persistence(kind),
      flows: [flow],
      services: { gate },
      graceMs: 0,
      storeTimeoutMs: 0,
      // Who is silent for longer than its lease loses its runs to others, if those take some.
      recover: false,
      ...options,
    }) as WaitingApp;

  /** The same for each kind, at the same time: much of it is waiting. */
  const each = (test: (kind: (typeof KINDS)[number]) => Promise<() => Promise<void>>) => async () => {
    const rests = await Promise.all(KINDS.map(test));
    const end = wire.swallow();
    await Promise.all(rests.map((rest) => rest()));
    end();
  };

  test(
    'ends a run, a start and a stop all the same',
    { timeout: TEST_MS },
    each(async (kind) => {
      const gate = new Gate();
      const waiting = app(kind, gate);
      const run = codeOf(waiting.run(flow));
      await gate.reached;
      return async () => {
        gate.open();
        const codes = await Promise.all([run, codeOf(waiting.run(flow)), codeOf(waiting.runs())]);
        expect(codes).toEqual(Array(3).fill('STORE_UNREACHABLE'));
        await waiting.stop();
      };
    }),
  );

  test(
    'does not hold up a stop: neither of a run in its task, nor of an app that is opening or at rest',
    { timeout: TEST_MS },
    each(async (kind) => {
      const [gate, resting] = [new Gate(), new Gate()];
      resting.open();
      const [busy, idle, opening] = [app(kind, gate, PATIENT), app(kind, resting), app(kind, new Gate(), PATIENT)];
      const run = codeOf(busy.run(flow));
      await Promise.all([gate.reached, idle.run(flow)]);
      return async () => {
        const opened = codeOf(opening.run(flow));
        await Promise.all([busy.stop(), idle.stop(), opening.stop()]);
        expect(await Promise.all([run, opened])).toEqual(['APP_STOPPED', 'APP_STOPPED']);
      };
    }),
  );

  test('is over at some time: each process goes on by itself', { timeout: TEST_MS }, async () => {
    const gates = KINDS.map(() => new Gate());
    const apps = KINDS.map((kind, index) => app(kind, gates[index] ?? new Gate(), PATIENT));
    const runs = apps.map((one) => one.run(flow));
    for (const gate of gates) await gate.reached;
    const end = wire.swallow();
    for (const gate of gates) gate.open();
    // Its first try was swallowed.
    await wire.swallowed();
    end();
    expect((await Promise.all(runs)).map(({ state }) => state)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
    for (const one of apps) await one.stop();
  });
});

describePostgres('a pool whose clients are all taken', (database) => {
  test('ends a run and a stop, and is used again when one comes back', { timeout: TEST_MS }, async () => {
    const pool = new pg.Pool({ connectionString: database().url, max: 2 });
    const gate = new Gate();
    gate.open();
    const make = () =>
      flowproof({ persistence: postgres(pool), flows: [flow], services: { gate }, graceMs: 0, storeTimeoutMs: 0 }) as WaitingApp;
    const [one, other] = [make(), make()];
    await other.run(flow);
    const taken = [await pool.connect(), await pool.connect()];
    expect(await Promise.all([codeOf(one.run(flow)), codeOf(other.run(flow))])).toEqual(['STORE_UNREACHABLE', 'STORE_UNREACHABLE']);
    await one.stop();
    for (const client of taken) client.release();
    expect((await other.run(flow)).state).toBe('SUCCESS');
    await other.stop();
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([2, 2, 0]);
    await pool.end();
  });
});

describePostgres('a statement whose answer does not come in time', (database) => {
  let wire: Wire;
  beforeEach(async () => {
    wire = await startWire(database().url);
  });
  afterEach(() => wire.close());

  const early = (n: number) => statement(`select ${n} as n`, { waitMs: 1 });
  const patient = (n: number) => statement(`select ${n} as n`);

  test('takes its connection with it: nobody gets the answer of another question', async () => {
    const pool = new pg.Pool({ connectionString: wire.url, max: 1 });
    const own = new Connection({ client: () => new OwnClient(wire.url), settings: 'select 1' });
    for (const sql of [new PoolSql(pool, { own: true }), own]) {
      expect(await sql.query(patient(1), [])).toEqual([{ n: 1 }]);
      const before = wire.connections;
      const letGo = wire.hold();
      await expect(sql.query(early(2), [])).rejects.toBeInstanceOf(NoAnswerError);
      letGo();
      expect(await sql.query(patient(3), [])).toEqual([{ n: 3 }]);
      expect(wire.connections).toBe(before);
      await sql.close();
    }
  });

  test('in a journal is sent again, and known as its own', async () => {
    const journal = postgres(wire.url).connect();
    await journal.open();
    const run = await begun(journal, 1);
    wire.loseAnswers(1);
    wire.halfClose();
    expect(['ok', 'mine']).toContain((await journal.append([run.item(2)]))[0]?.kind);
    await journal.close();
  });
});
