/** A program: an app whose tasks are called by workers. It runs what it is told to until it is killed, or told to stop. */
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { flowproof, isFlowproofError } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { rabbitmq } from 'flowproof/rabbitmq';
import { remote } from 'flowproof/workers';
import type { ChaosOrder, ChaosSaid } from '../../fixtures/places/chaos-engine.js';
import { CHAOS_FLOWS } from '../../fixtures/places/chaos-tasks.js';

const [database = '', broker = '', prefix = ''] = process.argv.slice(2);
const transport = rabbitmq(broker, { prefix });
const elsewhere = () => remote({ transport, silenceMs: 3_000 });

const appOf = () =>
  flowproof({
    persistence: postgres(database),
    flows: Object.values(CHAOS_FLOWS),
    executors: { threads: elsewhere(), processes: elsewhere() },
    leaseMs: 2_000,
    recover: false,
  });

/** The broker may be away. */
async function ready(): Promise<ReturnType<typeof appOf>> {
  for (;;) {
    const app = appOf();
    try {
      await app.ready();
      return app;
    } catch (error) {
      if (!isFlowproofError(error, 'TRANSPORT_UNREACHABLE')) throw error;
      await app.stop();
      await pause(200);
    }
  }
}

const app = await ready();
const say = (words: ChaosSaid): void => void process.stdout.write(`${JSON.stringify(words)}\n`);

async function perform(order: ChaosOrder): Promise<void> {
  if (order.do === 'stop') {
    await app.stop();
    process.exit(0);
  }
  const { id, n } = order;
  try {
    const { runId: _, ...result } = await app.run(CHAOS_FLOWS[order.flow], { id, inputs: { n } });
    const { atoms } = await app.inspect(id);
    const calls = atoms.map(({ path, executions, reversions }) => ({ path, executions, reversions }));
    say({ said: 'ended', id, result, calls });
  } catch (error) {
    if (isFlowproofError(error, 'APP_STOPPED')) return;
    say({ said: 'failed', id, message: `${isFlowproofError(error) ? error.code : 'unknown'}: ${String(error)}` });
  }
}

say({ said: 'ready' });
// Who gives no orders any more is gone.
createInterface({ input: process.stdin })
  .on('line', (line) => void perform(JSON.parse(line) as ChaosOrder))
  .on('close', () => process.exit(1));
