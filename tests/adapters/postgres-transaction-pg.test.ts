import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { postgres, transaction } from '../../src/adapters/postgres/index.js';
import { concurrent, defineTask, flowproof, linear, type TaskContext, unordered } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';
import { startWire, type Wire } from '../support/wire.js';
import { holdCommits, ordersOf, SHOP, sharedCommits, waiting } from './transaction-rig.js';

interface Services {
  pool: pg.Pool;
  client: pg.Client;
}
type Context = TaskContext<Services>;
type Placing = (order: { id: string; ctx: Context }, client: pg.ClientBase) => Promise<{ orderId: string }>;

const INSERT = 'insert into orders (id, attempt, slot) values ($1, $2, $3)';

const insert: Placing = async ({ id, ctx }, client) => {
  await client.query(INSERT, [id, ctx.attempt, id]);
  return { orderId: id };
};

/** Waits for COMMIT a short time only; for all else as long as it takes. */
class HastyClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of pg say less than this one line.
  override query(...args: any[]): any {
    const isCommit = args[0]?.text === 'commit';
    return isCommit ? super.query({ text: 'commit', query_timeout: 50 } as pg.QueryConfig) : super.query(...(args as [string]));
  }
}

/** A flow of one task that places an order, by a pool or by one client. */
function placing(by: keyof Services, order: Placing = insert) {
  const place = defineTask({
    name: 'place',
    requires: ['id'],
    provides: ['orderId'],
    execute: ({ id }: { id: string }, ctx: Context) =>
      by === 'pool'
        ? transaction(ctx, ctx.services.pool, (client) => order({ id, ctx }, client))
        : transaction(ctx, ctx.services.client, (client) => order({ id, ctx }, client)),
  });
  return linear('shop').input<{ id: string }>().add(place).build();
}

describePostgres('transactions of pg without a Kysely', (database) => {
  let wire: Wire;
  let pool: pg.Pool;
  let client: pg.Client;
  beforeAll(async () => {
    await database().admin.query(SHOP);
    wire = await startWire(database().url);
  });
  afterAll(() => wire.close());
  beforeEach(async () => {
    pool = new pg.Pool({ connectionString: wire.url, max: 2 });
    client = new pg.Client({ connectionString: wire.url });
    client.on('error', () => undefined);
    pool.on('error', () => undefined);
    await client.connect();
    return async () => {
      await pool.end();
      await client.end();
    };
  });

  async function run(id: string, flow: ReturnType<typeof placing>) {
    await using app = flowproof({ persistence: postgres(database().url), flows: [flow], services: { pool, client } });
    return await app.run(flow, { id, inputs: { id } });
  }

  const failsWith = (code: string, message = /./) => ({
    state: 'REVERTED',
    failures: [{ failure: { code, message: expect.stringMatching(message) } }],
  });
  const BOTH = ['pool', 'client'] as const;
  /** The pool's clients are all back, and none is in a transaction. */
  const isWhole = async () => {
    expect([pool.idleCount, pool.waitingCount]).toEqual([pool.totalCount, 0]);
    for (const one of [pool, client]) {
      const { rows } = await one.query(`select now() = statement_timestamp() as alone`);
      expect(rows).toEqual([{ alone: true }]);
    }
  };

  test.each(BOTH)('%s: the rows and the SUCCESS are of one transaction', async (by) => {
    expect(await run(`one ${by}`, placing(by))).toMatchObject({ state: 'SUCCESS', results: { orderId: `one ${by}` } });
    expect(await sharedCommits(database(), `one ${by}`)).toEqual([{ orders: 1, entries: 1 }]);
    await isWhole();
  });

  test.each(BOTH)('%s: what throws is rolled back, and the connection is as good as before', async (by) => {
    const pids: unknown[] = [];
    const flow = placing(by, async (order, session) => {
      pids.push((await session.query('select pg_backend_pid() as pid')).rows[0].pid);
      await insert(order, session);
      throw new Error('no stock');
    });
    for (const id of [`throws ${by}`, `throws again ${by}`]) {
      expect(await run(id, flow)).toMatchObject({ state: 'REVERTED', failures: [{ failure: { message: 'no stock' } }] });
      expect(await ordersOf(database(), id)).toEqual([]);
    }
    expect(pids[0]).toBe(pids[1]);
    await isWhole();
  });

  test.each(BOTH)('%s: an error of the database that the task swallows still rolls back', async (by) => {
    const flow = placing(by, async (order, session) => {
      await insert(order, session);
      await session.query('select 1 / 0').catch(() => undefined);
      return { orderId: order.id };
    });
    expect(await run(`swallows ${by}`, flow)).toMatchObject(failsWith('25P02'));
    expect(await ordersOf(database(), `swallows ${by}`)).toEqual([]);
    await isWhole();
  });

  test.each(BOTH)('%s: a statement that nobody waits for and that fails is no SUCCESS', async (by) => {
    const flow = placing(by, async (order, session) => {
      await insert(order, session);
      // Behind the step, and before COMMIT.
      const send = session.query.bind(session) as (...given: unknown[]) => Promise<unknown>;
      Object.assign(session, {
        query(...given: unknown[]) {
          const text = (given[0] as { text?: string }).text ?? '';
          const answer = send(...given);
          if (!text.includes('.journal')) return answer;
          Object.assign(session, { query: send });
          void send('select 1 / 0').catch(() => undefined);
          return answer;
        },
      });
      return { orderId: order.id };
    });
    expect(await run(`unawaited ${by}`, flow)).toMatchObject(failsWith('40000', /rolled back at COMMIT/));
    expect(await ordersOf(database(), `unawaited ${by}`)).toEqual([]);
    await isWhole();
  });

  test.each(BOTH)('%s: a constraint that refuses at COMMIT is the task’s failure', async (by) => {
    await database().admin.query(`insert into orders values ('taken', 0, 'late ${by}')`);
    expect(await run(`late ${by}`, placing(by))).toMatchObject(failsWith('23505'));
    expect(await ordersOf(database(), `late ${by}`)).toEqual([]);
    await isWhole();
  });

  test.each(BOTH)('%s: COMMIT and ROLLBACK are not the function’s to send; savepoints are', async (by) => {
    for (const end of ['commit', 'rollback']) {
      const flow = placing(by, async (order, session) => {
        await insert(order, session);
        await session.query(end);
        return { orderId: order.id };
      });
      expect(await run(`${end} ${by}`, flow)).toMatchObject(failsWith('TRANSACTION_STATE'));
    }
    const saving = placing(by, async (order, session) => {
      await session.query('savepoint a');
      await session.query('select 1 / 0').catch(() => undefined);
      await session.query('rollback to a');
      return insert(order, session);
    });
    expect((await run(`savepoint ${by}`, saving)).state).toBe('SUCCESS');
    await isWhole();
  });

  test('a client that is in a transaction of somebody else’s is left alone', async () => {
    await client.query('begin');
    await client.query(INSERT, ['outer', 1, 'outer']);
    expect(await run('inside', placing('client'))).toMatchObject(failsWith('TRANSACTION_STATE'));
    await client.query('commit');
    expect([await ordersOf(database(), 'outer'), await ordersOf(database(), 'inside')]).toMatchObject([[{ slot: 'outer' }], []]);
  });

  test('a pool that lends one that is still in a transaction does not get it back', async () => {
    const leaking = await pool.connect();
    await leaking.query('begin');
    leaking.release();
    expect(await run('leaked', placing('pool'))).toMatchObject(failsWith('TRANSACTION_STATE'));
    expect(pool.totalCount).toBe(0);
  });

  test('two tasks at once on one client: the second is refused, not mixed into the first', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const one = (name: string, meanwhile: () => Promise<void> | void) =>
      defineTask({
        name,
        requires: ['id'],
        async execute({ id }: { id: string }, ctx: Context) {
          await transaction(ctx, ctx.services.client, async (session) => {
            await session.query(INSERT, [`${id} ${name}`, 1, name]);
            await meanwhile();
          }).finally(release);
        },
      });
    const flow = unordered('pair')
      .input<{ id: string }>()
      .add(one('left', () => held))
      .add(one('right', () => undefined))
      .build();
    const services = { pool, client };
    await using app = flowproof({ persistence: postgres(database().url), flows: [flow], services, executor: concurrent() });
    expect(await app.run(flow, { id: 'pair', inputs: { id: 'pair' } })).toMatchObject({
      state: 'REVERTED',
      failures: [{ path: 'pair/right', failure: { code: 'TRANSACTION_STATE' } }],
    });
    expect(await sharedCommits(database(), 'pair %')).toEqual([{ orders: 1, entries: 1 }]);
    await isWhole();
  });

  test('a connection that ends inside is a failure, and not the pool’s any more', async () => {
    const flow = placing('pool', async (order, session) => {
      await insert(order, session);
      const { pid } = (await session.query('select pg_backend_pid() as pid')).rows[0];
      await database().admin.query('select pg_terminate_backend($1)', [pid]);
      return { orderId: order.id };
    });
    expect((await run('ended', flow)).state).toBe('REVERTED');
    expect([await ordersOf(database(), 'ended'), pool.totalCount]).toEqual([[], 0]);
    await isWhole();
  });

  test('the answer of COMMIT is lost: it did its work, nothing is done twice', async () => {
    wire.atCommit('lose-answer');
    expect(await run('answer', placing('pool'))).toMatchObject({ state: 'SUCCESS', results: { orderId: 'answer' } });
    expect(await sharedCommits(database(), 'answer')).toEqual([{ orders: 1, entries: 1 }]);
    expect(await ordersOf(database(), 'answer')).toMatchObject([{ attempt: 1 }]);
  });

  test('the client’s patience ends while the server still commits: it is waited for, and the client is good again', async () => {
    const hasty = new HastyClient({ connectionString: database().url });
    await hasty.connect();
    client = hasty;
    const slow = await holdCommits(database().url);
    const running = run('slow', placing('client'));
    // The journal stands behind the transaction: so the client has given up.
    await waiting(database(), 'transactionid');
    await slow.letGo();
    expect(await running).toMatchObject({ state: 'SUCCESS', results: { orderId: 'slow' } });
    expect(await sharedCommits(database(), 'slow')).toEqual([{ orders: 1, entries: 1 }]);
    await hasty.query('select 1');
    expect((await run('not so slow', placing('client'))).state).toBe('SUCCESS');
  });

  test('COMMIT never arrived: nothing is there, and the task has failed', async () => {
    wire.atCommit('lose-request');
    expect((await run('request', placing('pool'))).state).toBe('REVERTED');
    expect(await ordersOf(database(), 'request')).toEqual([]);
  });

  test('whoever gives the client back too early loses nothing that was committed', async () => {
    const flow = placing('pool', async (order, session) => {
      const placed = await insert(order, session);
      (session as pg.PoolClient).release();
      return placed;
    });
    expect(await run('given back', flow)).toMatchObject({ state: 'SUCCESS' });
  });

  test('what is no client is said', async () => {
    const place = (db: unknown) =>
      defineTask({
        name: 'place',
        requires: ['id'],
        execute: (_: { id: string }, ctx) => transaction(ctx, db as pg.Pool, async () => undefined),
      });
    for (const db of [undefined, null, 'postgres://…', {}, { query: {} }]) {
      const flow = linear('odd').input<{ id: string }>().add(place(db)).build();
      await using app = flowproof({ persistence: postgres(database().url), flows: [flow] });
      expect(await app.run(flow, { inputs: { id: 'odd' } })).toMatchObject({
        state: 'REVERTED',
        failures: [{ failure: { name: 'TypeError', message: expect.stringContaining('it takes a Kysely, or a pool or client of pg') } }],
      });
    }
  });
});
