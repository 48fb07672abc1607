/** A program for the soak: an engine process, which runs what it is told to until it is killed, or told to stop. */
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AnyFlow, concurrent, flowproof, isFlowproofError } from 'flowproof';
import { postgres, transaction } from 'flowproof/postgres';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { FLOWS, type World } from './flows.js';

export interface Setting {
  readonly url: string;
  /** Where its tasks leave a line each time they are called. */
  readonly effects: string;
  readonly leaseMs: number;
  /** Breaks what the soak is to notice: each booking leaves one more row, in no transaction. */
  readonly doubles?: boolean;
}

export type Order =
  | { readonly do: 'run'; readonly id: string; readonly flow: string; readonly n: number }
  | { readonly do: 'suspend'; readonly id: string }
  | { readonly do: 'measure' }
  | { readonly do: 'stop' };

export type Said =
  | { readonly said: 'ended'; readonly id: string; readonly result: unknown }
  | { readonly said: 'failed'; readonly id: string; readonly code: string; readonly message: string }
  | { readonly said: 'memory'; readonly heapBytes: number; readonly rssBytes: number }
  | { readonly said: 'ready' };

interface Tables {
  soak_effects: { run: string; path: string; phase: string; key: string };
}

const setting = JSON.parse(process.argv[2] ?? '{}') as Setting;
const pool = new pg.Pool({ connectionString: setting.url, max: 4, connectionTimeoutMillis: 5_000, query_timeout: 20_000 });
pool.on('error', () => undefined);
pool.on('connect', (client) => client.on('error', () => undefined));
const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });

const world: World = {
  called({ runId: run, path, idempotencyKey: key }, phase) {
    appendFileSync(setting.effects, `${JSON.stringify({ run, path, phase, key })}\n`);
  },
  async commit(ctx, phase, result) {
    const row = { run: ctx.runId, path: ctx.path, phase, key: ctx.idempotencyKey };
    for (;;) {
      try {
        return await transaction(ctx, db, async (trx) => {
          await (setting.doubles === true ? db : trx).insertInto('soak_effects').values(row).execute();
          if (setting.doubles === true) await trx.insertInto('soak_effects').values(row).execute();
          return result;
        });
      } catch (error) {
        // What PostgreSQL says while it goes down is nobody's failure: nothing was committed, so it is done again.
        if (isFlowproofError(error) || ctx.signal.aborted) throw error;
        await sleep(200);
      }
    }
  },
};

const app = flowproof({
  persistence: postgres(setting.url),
  flows: FLOWS.map(({ flow }) => flow) as readonly AnyFlow[],
  services: { world },
  executor: concurrent({ limit: 8 }),
  leaseMs: setting.leaseMs,
  graceMs: 5_000,
  storeTimeoutMs: 30_000,
});

function say(words: Said): void {
  process.stdout.write(`${JSON.stringify(words)}\n`);
}

async function perform(order: Order): Promise<void> {
  if (order.do === 'measure') {
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    return say({ said: 'memory', heapBytes: heapUsed, rssBytes: rss });
  }
  if (order.do === 'stop') {
    await app.stop();
    await db.destroy();
    process.exit(0);
  }
  const { id } = order;
  try {
    if (order.do === 'suspend') return await app.suspend(id);
    const known = FLOWS.find(({ flow }) => flow.name === order.flow);
    if (known === undefined) throw new Error(`there is no flow '${order.flow}'`);
    const options = { id, inputs: { [known.input]: order.n } } as object;
    say({ said: 'ended', id, result: await app.run(known.flow, options) });
  } catch (error) {
    const code = isFlowproofError(error) ? error.code : 'UNEXPECTED';
    if (order.do === 'run') say({ said: 'failed', id, code, message: String(error) });
  }
}

createInterface({ input: process.stdin }).on('line', (line) => void perform(JSON.parse(line) as Order));
say({ said: 'ready' });
