/** A program for tests: an engine in a process of its own whose task places an order, and which dies where it is told to. */
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { postgres, transaction } from '../../src/adapters/postgres/index.js';
import { defineTask, flowproof, linear, type TaskContext } from '../../src/index.js';
import type { Shop } from './transaction-rig.js';

/** Whose transactions the task ends with. */
export const CLIENTS = ['kysely', 'pool', 'client', 'drizzle'] as const;

/** The statements of the task's transaction, in order; SIGKILL to itself before one is sent, or when the last has its answer. */
export const DEATHS = ['before-begin', 'before-row', 'before-step', 'before-commit', 'after-commit'] as const;

/** What one process is to do. */
export interface Deed {
  readonly url: string;
  readonly id: string;
  readonly by: (typeof CLIENTS)[number];
  /** Without it the task writes its row and returns, as anybody would. */
  readonly inTransaction: boolean;
  readonly dies?: (typeof DEATHS)[number];
}

const deed = JSON.parse(process.argv[2] ?? '{}') as Deed;

function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

/** The user's client, which sends nothing but the task's transaction, and can be told to die at each of its statements. */
class DeadlyClient extends pg.Client {
  #sent = 0;
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of pg say less than this one line.
  override query(...args: any[]): any {
    const at = this.#sent++;
    if (DEATHS[at] === deed.dies) return die();
    const answer = super.query(...(args as [string]));
    return deed.dies === 'after-commit' && DEATHS[at + 1] === deed.dies ? answer.then(die) : answer;
  }
}

interface Order {
  readonly id: string;
  readonly attempt: number;
  readonly slot: string;
}

type Query = (text: string, values: unknown[]) => Promise<unknown>;

const pool = new pg.Pool({ connectionString: deed.url, Client: DeadlyClient });
const client = new DeadlyClient({ connectionString: deed.url });
const db = new Kysely<Shop>({ dialect: new PostgresDialect({ pool }) });
const orders = pgTable('orders', { id: text().notNull(), attempt: integer().notNull(), slot: text().notNull() });

const insert = async (query: Query, { id, attempt, slot }: Order) =>
  void (await query('insert into orders (id, attempt, slot) values ($1, $2, $3)', [id, attempt, slot]));

/** What people write with each client. */
const PLACING: Readonly<Record<Deed['by'], (ctx: TaskContext, order: Order) => Promise<{ orderId: string }>>> = {
  kysely: (ctx, order) =>
    transaction(ctx, db, async (trx) => {
      await trx.insertInto('orders').values(order).execute();
      return placed(order);
    }),
  pool: (ctx, order) =>
    transaction(ctx, pool, async (lent) => {
      await insert((sql, values) => lent.query(sql, values), order);
      return placed(order);
    }),
  client: (ctx, order) =>
    transaction(ctx, client, async (same) => {
      await insert((sql, values) => same.query(sql, values), order);
      return placed(order);
    }),
  drizzle: (ctx, order) =>
    transaction(ctx, pool, async (lent) => {
      await drizzle({ client: lent }).insert(orders).values(order);
      return placed(order);
    }),
};

const placed = ({ id, attempt }: Order) => ({ orderId: `${id} of ${attempt}` });

const place = defineTask({
  name: 'place',
  requires: ['id'],
  provides: ['orderId'],
  async execute({ id }: { id: string }, ctx: TaskContext) {
    const { attempt } = ctx;
    if (deed.inTransaction) return PLACING[deed.by](ctx, { id, attempt, slot: id });
    const order = { id, attempt, slot: `${id} ${attempt}` };
    await insert((sql, values) => client.query(sql, values), order);
    if (deed.dies !== undefined) await die();
    return placed(order);
  },
});

const flow = linear('shop').input<{ id: string }>().add(place).build();
await client.connect();
const app = flowproof({ persistence: postgres(deed.url), flows: [flow], leaseMs: 400 });
const end = await app.run(flow, { id: deed.id, inputs: { id: deed.id } });
process.stdout.write(`${JSON.stringify(end)}\n`);
await app.stop();
await pool.end();
await client.end();
