/** A program for tests: an engine in a process of its own whose task places an order, and which dies where it is told to. */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { postgres, transaction } from '../../src/adapters/postgres/index.js';
import { defineTask, flowproof, linear, type TaskContext } from '../../src/index.js';
import type { Shop } from './transaction-rig.js';

/** What one process is to do. */
export interface Deed {
  readonly url: string;
  readonly id: string;
  /** Without it the task writes its row and returns, as anybody would. */
  readonly inTransaction: boolean;
  /** SIGKILL to itself: when the row is written, before COMMIT is sent, or when its answer has come and nobody has heard it. */
  readonly dies?: 'after-row' | 'before-commit' | 'after-commit';
}

type Context = TaskContext<{ db: Kysely<Shop> }>;

const deed = JSON.parse(process.argv[2] ?? '{}') as Deed;

function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

/** The user's clients; COMMIT is where it can be told to die. */
class DeadlyClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of pg say less than this one line.
  override query(...args: any[]): any {
    const isCommit = args[0] === 'commit' || args[0]?.text === 'commit';
    if (isCommit && deed.dies === 'before-commit') return die();
    const answer = super.query(...(args as [string]));
    return isCommit && deed.dies === 'after-commit' ? answer.then(die) : answer;
  }
}

async function insert(db: Kysely<Shop>, id: string, attempt: number): Promise<{ orderId: string }> {
  await db
    .insertInto('orders')
    .values({ id, attempt, slot: `${id} ${deed.inTransaction ? '' : attempt}` })
    .execute();
  if (deed.dies === 'after-row') await die();
  return { orderId: `${id} of ${attempt}` };
}

const place = defineTask({
  name: 'place',
  requires: ['id'],
  provides: ['orderId'],
  async execute({ id }: { id: string }, ctx: Context) {
    const { db } = ctx.services;
    if (!deed.inTransaction) return insert(db, id, ctx.attempt);
    return transaction(ctx, db, (trx) => insert(trx, id, ctx.attempt));
  },
});

const flow = linear('shop').input<{ id: string }>().add(place).build();
const pool = new pg.Pool({ connectionString: deed.url, Client: DeadlyClient });
const db = new Kysely<Shop>({ dialect: new PostgresDialect({ pool }) });
const app = flowproof({ persistence: postgres(deed.url), flows: [flow], services: { db }, leaseMs: 400 });
const end = await app.run(flow, { id: deed.id, inputs: { id: deed.id } });
process.stdout.write(`${JSON.stringify(end)}\n`);
await app.stop();
await db.destroy();
