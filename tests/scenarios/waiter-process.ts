/** A program for tests: an app that takes up runs that wait, and does to them what it is told. */
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { postgres } from '../../src/adapters/postgres/index.js';
import { flowproof, isFlowproofError } from '../../src/index.js';
import { listening, napping } from './waiting-flows.js';

/** What one process is to do. */
export interface WaiterOrders {
  readonly database: string;
  /** Each call of a task appends a line here, before anything else. */
  readonly effects: string;
  /** Each signal that nothing has heard when its run ended leaves a line here. */
  readonly unheard: string;
}

/** What it is told, by a number: it says when that is done. */
export interface Told {
  readonly number: number;
  readonly does: 'start' | 'signal' | 'suspend' | 'resume';
  readonly run: string;
  /** Of a signal, which has that for its name, too. */
  readonly word?: string;
}

const { database, effects, unheard } = JSON.parse(process.argv[2] ?? '{}') as WaiterOrders;
const say = (line: unknown): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

const app = flowproof({
  persistence: postgres(database),
  flows: [napping, listening],
  graceMs: 0,
  services: {
    woken(woken) {
      appendFileSync(effects, `${JSON.stringify(woken)}\n`);
      say({ work: woken.task, run: woken.run });
    },
  },
});
app.on({ types: ['signal'] }, ({ runId: run, heard }) => {
  if (!heard) appendFileSync(unheard, `${JSON.stringify({ run })}\n`);
});

async function act({ does, run, word = '' }: Told): Promise<void> {
  switch (does) {
    case 'start':
      await app.start(listening, { id: run });
      break;
    case 'signal':
      await app.signal(listening, run, 'word', word, { messageId: word });
      break;
    case 'suspend':
      await app.suspend(run);
      break;
    case 'resume':
      app.resume(listening, run).catch(() => undefined);
  }
}

process.once('SIGTERM', () => void app.stop().then(() => process.exit(0)));
await app.ready();
createInterface({ input: process.stdin }).on('line', (line) => {
  const told = JSON.parse(line) as Told;
  act(told).then(
    () => say({ done: told.number }),
    (error) => say({ done: told.number, refused: isFlowproofError(error) ? error.code : String(error) }),
  );
});
say({ ready: true });
