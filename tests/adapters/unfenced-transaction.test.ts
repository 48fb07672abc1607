import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pglite } from '../../src/adapters/pglite/index.js';
import { postgres, transaction } from '../../src/adapters/postgres/index.js';
import {
  defineTask,
  file,
  flowproof,
  isFlowproofError,
  linear,
  memory,
  type Outcome,
  type Persistence,
  run,
  type TaskContext,
} from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import { describePostgres } from '../support/postgres.js';
import { ordersOf, SHOP, type ShopDatabase, sharedCommits, shopOver } from './transaction-rig.js';

interface Services {
  db: ShopDatabase['db'];
  log: string[];
}
type Context = TaskContext<Services>;

const inserting = (ctx: Context, id: string, slot: string) =>
  transaction(ctx, ctx.services.db, async (trx) => {
    await trx.insertInto('orders').values({ id, attempt: ctx.attempt, slot }).execute();
    return { orderId: slot };
  });

const place = defineTask({
  name: 'place',
  requires: ['id'],
  provides: ['orderId'],
  execute: ({ id }: { id: string }, ctx: Context) => inserting(ctx, id, id),
  async revert({ id }: { id: string }, outcome: Outcome<{ orderId: string }>, ctx: Context) {
    ctx.services.log.push(`revert after ${outcome.kind}`);
    await inserting(ctx, id, `${id} undone`);
  },
});
const refuse = defineTask({
  name: 'refuse',
  requires: ['orderId'],
  async execute(_: { orderId: string }) {
    throw new Error('no');
  },
});
const order = linear('order').input<{ id: string }>().add(place).build();
const undone = linear('undone').input<{ id: string }>().add(place).add(refuse).build();

type Execute = (inputs: { id: string }, ctx: Context) => Promise<{ orderId: string }>;
interface Expected {
  readonly name: string;
  readonly result: object;
  readonly log: readonly string[];
  readonly orders: number;
}

const codeOf = (error: unknown): string => (isFlowproofError(error) ? error.code : String(error));
const failing = (code: string) => ({ state: 'REVERTED', failures: [{ failure: { code } }] });
const MISTAKES: readonly [Expected, Execute][] = [
  [
    { name: 'a result that it may not have', result: failing('PROVIDES_UNKNOWN'), log: [], orders: 0 },
    (({ id }: { id: string }, ctx: Context) =>
      transaction(ctx, ctx.services.db, async (trx) => {
        await trx.insertInto('orders').values({ id, attempt: 1, slot: id }).execute();
        return {};
      })) as unknown as Execute,
  ],
  [
    { name: 'what comes later does not count', result: { state: 'SUCCESS' }, log: ['TRANSACTION_LATE'], orders: 1 },
    async ({ id }, ctx) => {
      await inserting(ctx, id, id);
      await inserting(ctx, id, `${id} again`).catch((error) => ctx.services.log.push(codeOf(error)));
      throw new Error('too late');
    },
  ],
  [
    { name: 'it may try again itself', result: { state: 'SUCCESS' }, log: ['once'], orders: 1 },
    async ({ id }, ctx) => {
      const first = transaction(ctx, ctx.services.db, async (trx) => {
        await trx.insertInto('orders').values({ id, attempt: 1, slot: id }).execute();
        throw new Error('once');
      });
      await first.catch((error: Error) => ctx.services.log.push(error.message));
      return inserting(ctx, id, id);
    },
  ],
];

describePostgres('a transaction on a store that takes part in none', (database) => {
  let shop: ShopDatabase;
  let directory: string;
  const pools: pg.Pool[] = [];
  beforeAll(async () => {
    await database().admin.query(SHOP);
    shop = shopOver(database().url);
    directory = mkdtempSync(join(tmpdir(), 'flowproof-unfenced-'));
  });
  afterAll(async () => {
    for (const pool of pools) await pool.end();
    await shop.end();
    rmSync(directory, { recursive: true, force: true });
  });

  const overPool = (): Persistence => {
    const pool = new pg.Pool({ connectionString: database().url, max: 2 });
    pools.push(pool);
    return postgres(pool);
  };
  const STORES: readonly [name: string, make: () => Persistence][] = [
    ['memory', () => memory()],
    ['file', () => file(join(directory, 'file'))],
    ['pglite', () => pglite(join(directory, 'pglite'))],
    ['a pool', overPool],
  ];

  const appOver = (persistence: Persistence, allowUnfenced?: boolean) => {
    const log: string[] = [];
    const services = { db: shop.db, log };
    const made = allowUnfenced === undefined ? {} : { allowUnfenced };
    return { app: flowproof({ persistence, flows: [order, undone], services, ...made }), log };
  };

  async function warningsOf(work: () => Promise<void>): Promise<string[]> {
    const codes: string[] = [];
    const listen = (warning: Error & { code?: string }) => void codes.push(`${warning.code}: ${warning.message}`);
    process.on('warning', listen);
    try {
      await work();
      // Warnings are told in the next turn.
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off('warning', listen);
    }
    return codes;
  }

  test.each(STORES)('%s: the task is refused, and its run goes back', async (name, make) => {
    const { app, log } = appOver(make());
    const id = `refused ${name}`;
    const warnings = await warningsOf(async () => {
      const result = await app.run(order, { id, inputs: { id } });
      expect(result).toMatchObject({
        state: 'REVERTED',
        failures: [{ path: 'order/place', failure: { name: 'TransactionError', code: 'NOT_TRANSACTIONAL', permanent: true } }],
      });
    });
    await app.stop();
    expect(log).toEqual(['revert after failure']);
    // What undoes does its work, and says that it could do it twice.
    expect(await ordersOf(database(), id)).toMatchObject([{ slot: `${id} undone` }]);
    expect(warnings).toEqual([expect.stringMatching(/^NOT_TRANSACTIONAL: task 'order\/place' is undone .* again$/)]);
  });

  test.each(STORES)('%s: in a plain transaction where the app allows it, forward and back', async (name, make) => {
    const { app, log } = appOver(make(), true);
    const [there, back] = [`allowed ${name}`, `back ${name}`];
    const warnings = await warningsOf(async () => {
      expect(await app.run(order, { id: there, inputs: { id: there } })).toMatchObject({ state: 'SUCCESS', results: { orderId: there } });
      expect((await app.run(undone, { id: back, inputs: { id: back } })).state).toBe('REVERTED');
    });
    await app.stop();
    expect(await sharedCommits(database(), there)).toEqual([{ orders: 1, entries: 0 }]);
    expect(await ordersOf(database(), back)).toMatchObject([{ slot: back }, { slot: `${back} undone` }]);
    expect([log, warnings]).toEqual([['revert after result'], []]);
  });

  test('of a pool of pg, too', async () => {
    const pool = new pg.Pool({ connectionString: database().url });
    pools.push(pool);
    const byPool = defineTask({
      name: 'place',
      requires: ['id'],
      execute: ({ id }: { id: string }, ctx) =>
        transaction(ctx, pool, async (client) => void (await client.query('insert into orders values ($1, 1, $1)', [id]))),
    });
    expect((await run(byPool, { inputs: { id: 'by pool' }, allowUnfenced: true })).state).toBe('SUCCESS');
    expect(await ordersOf(database(), 'by pool')).toHaveLength(1);
  });

  test('a run of one task, too', async () => {
    const options = { inputs: { id: 'one-shot' }, services: { db: shop.db, log: [] }, allowUnfenced: true };
    expect(await run(place, options)).toMatchObject({ state: 'SUCCESS' });
  });

  test('where there is a fence, it stays', async () => {
    const { app } = appOver(postgres(database().url), true);
    expect((await app.run(order, { id: 'fenced', inputs: { id: 'fenced' } })).state).toBe('SUCCESS');
    await app.stop();
    expect(await sharedCommits(database(), 'fenced')).toEqual([{ orders: 1, entries: 1 }]);
  });

  test('anything but true does not allow it', async () => {
    const { app } = appOver(memory(), 'yes' as unknown as boolean);
    expect((await app.run(order, { id: 'odd', inputs: { id: 'odd' } })).state).toBe('REVERTED');
    await app.stop();
  });

  test.each(MISTAKES)('as with a fence: %o', async (expected, execute) => {
    const task = defineTask({ name: 'place', requires: ['id'], provides: ['orderId'], execute });
    const flow = linear('mistaken').input<{ id: string }>().add(task).build();
    for (const persistence of [memory(), postgres(database().url)]) {
      const log: string[] = [];
      await database().admin.query('truncate orders');
      await using app = flowproof({ persistence, flows: [flow], services: { db: shop.db, log }, allowUnfenced: true });
      const id = `mistaken ${persistence.kind} ${expected.name}`;
      expect(await app.run(flow, { id, inputs: { id } })).toMatchObject(expected.result);
      expect([log, (await ordersOf(database(), id)).length]).toEqual([expected.log, expected.orders]);
    }
  });

  test('a process that dies between COMMIT and the step does it again: that is what a fence is for', async () => {
    const store = memory();
    const log: string[] = [];
    const again = defineTask({
      name: 'place',
      requires: ['id'],
      provides: ['orderId'],
      execute: ({ id }: { id: string }, ctx: Context) => inserting(ctx, id, `${id} ${ctx.attempt}`),
    });
    const flow = linear('dying').input<{ id: string }>().add(again).build();
    const options = { flows: [flow], services: { db: shop.db, log }, allowUnfenced: true } as const;
    const faulty = withFaults(store, (write) => (write === 1 ? 'die-before' : 'pass'));
    const first = flowproof({ ...options, persistence: faulty, leaseMs: 50 });
    first.run(flow, { id: 'dying', inputs: { id: 'dying' } }).catch(() => undefined);
    await faulty.died;
    await using second = flowproof({ ...options, persistence: store });
    expect((await second.run(flow, { id: 'dying', inputs: { id: 'dying' } })).state).toBe('SUCCESS');
    expect(await ordersOf(database(), 'dying')).toMatchObject([{ slot: 'dying 1' }, { slot: 'dying 2' }]);
  });
});
