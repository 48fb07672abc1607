/** A program for tests: a conductor in a process of its own, with its runs in PostgreSQL, and its board there, too, or on some server. */
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { postgres } from '../../src/adapters/postgres/index.js';
import { conductor, flowproof } from '../../src/index.js';
import { type Kind, makeBoard } from '../conformance/boards/make-board.js';
import { stepping } from './conducted-flow.js';

/** What one process is to do. */
export interface ConductorOrders {
  readonly database: string;
  /** Default: the store. */
  readonly board?: { readonly kind: Kind; readonly url: string; readonly prefix: string };
  /** Each call of a task appends a line here, before anything else. */
  readonly effects: string;
  readonly leaseMs: number;
  /** Task `b` of run `GATE.N` ends when there is a file of the name `GATE` in this folder. Default: no task waits. */
  readonly gates?: string;
}

const orders = JSON.parse(process.argv[2] ?? '{}') as ConductorOrders;
const say = (line: unknown): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

const { board } = orders;
const app = flowproof({
  persistence: postgres(orders.database),
  flows: [stepping],
  ...(board === undefined ? {} : { board: makeBoard(board.kind, board.url, board.prefix) }),
  leaseMs: orders.leaseMs,
  services: {
    async work(effect) {
      appendFileSync(orders.effects, `${JSON.stringify(effect)}\n`);
      say({ work: effect.name, run: effect.run });
      if (orders.gates === undefined) return;
      const gate = join(orders.gates, effect.run.split('.')[0] ?? '');
      while (effect.phase === 'do' && effect.name === 'b' && !existsSync(gate)) await sleep(5);
    },
  },
});
const conducting = conductor(app, { concurrency: 8 });
process.once('SIGTERM', async () => {
  const stopped = conducting.stop();
  say({ stopping: true });
  await stopped;
  await app.stop();
  say({ stopped: true });
});
await conducting.start();
say({ ready: true });
