/** A program for the soak: an engine process, which runs what it is told to until it is killed, or told to stop. */
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AnyFlow, concurrent, flowproof, isFlowproofError } from 'flowproof';
import { transaction } from 'flowproof/postgres';
import { FLOWS, isBooking, type World } from './flows.js';
import { kyselyOf, persistenceOf, type Store } from './store.js';

export interface Setting {
  readonly store: Store;
  /** Where its tasks leave a line each time they are called. */
  readonly effects: string;
  readonly leaseMs: number;
  readonly storeTimeoutMs: number;
  /** Breaks what the soak is to notice: each booking leaves one more row, in no transaction. */
  readonly doubles?: boolean;
}

export type Order =
  | { readonly do: 'run'; readonly id: string; readonly flow: string; readonly n: number; readonly logbook?: string }
  | { readonly do: 'open' }
  /** From now on what is broken in this bundle is: references must not be. */
  | { readonly do: 'break' }
  | { readonly do: 'prune'; readonly logbook: string; readonly endedBeforeMs: number }
  | { readonly do: 'suspend'; readonly id: string }
  | { readonly do: 'measure' }
  | { readonly do: 'stop' };

export type Said =
  | { readonly said: 'ended'; readonly id: string; readonly result: unknown }
  | { readonly said: 'failed'; readonly id: string; readonly code: string; readonly message: string }
  | { readonly said: 'memory'; readonly heapBytes: number; readonly rssBytes: number }
  | { readonly said: 'pruned'; readonly count: number }
  /** Its store is its own, or why not. */
  | { readonly said: 'opened'; readonly refused?: string };

interface Tables {
  soak_effects: { run: string; path: string; phase: string; key: string };
}

const setting = JSON.parse(process.argv[2] ?? '{}') as Setting;
const { store } = setting;
/** Bookings need a journal over connections of its own, and a Kysely of the user's. */
const db = store.kind === 'url' ? kyselyOf<Tables>(store.url) : undefined;

const world: World = {
  called({ runId: run, path, idempotencyKey: key }, phase) {
    appendFileSync(setting.effects, `${JSON.stringify({ run, path, phase, key })}\n`);
  },
  async commit(ctx, phase, result) {
    if (db === undefined) throw new Error('this engine has no database for bookings');
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
  persistence: persistenceOf(store),
  flows: FLOWS.filter(({ flow }) => db !== undefined || !isBooking(flow.name)).map(({ flow }) => flow) as readonly AnyFlow[],
  services: { world },
  executor: concurrent({ perRun: 8, limit: 24 }),
  leaseMs: setting.leaseMs,
  graceMs: 5_000,
  storeTimeoutMs: setting.storeTimeoutMs,
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
    await db?.destroy();
    process.exit(0);
  }
  if (order.do === 'break') {
    (globalThis as { isBroken?: boolean }).isBroken = true;
    return;
  }
  if (order.do === 'open') {
    const refused = await app.ready().then(() => undefined, codeOf);
    return say({ said: 'opened', ...(refused === undefined ? {} : { refused }) });
  }
  if (order.do === 'prune') {
    const { logbook, endedBeforeMs } = order;
    // Whoever was frozen meanwhile removes nothing that ended meanwhile.
    const count = await app.prune({ logbook, olderThanMs: Date.now() - endedBeforeMs }).catch(() => 0);
    return say({ said: 'pruned', count });
  }
  const { id } = order;
  if (order.do === 'suspend') return app.suspend(id).catch(() => undefined);
  try {
    const known = FLOWS.find(({ flow }) => flow.name === order.flow);
    if (known === undefined) throw new Error(`there is no flow '${order.flow}'`);
    const { n, logbook } = order;
    const options = { id, inputs: { [known.input]: n }, ...(logbook === undefined ? {} : { logbook }) } as object;
    say({ said: 'ended', id, result: await app.run(known.flow, options) });
  } catch (error) {
    say({ said: 'failed', id, code: codeOf(error), message: String(error) });
  }
}

function codeOf(error: unknown): string {
  return isFlowproofError(error) ? error.code : 'UNEXPECTED';
}

// Who gives no orders any more is gone: nobody is to be left behind.
createInterface({ input: process.stdin })
  .on('line', (line) => void perform(JSON.parse(line) as Order))
  .on('close', () => process.exit(1));
