/** A program: a worker, which makes calls until it is killed, or told to stop. */
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { isFlowproofError } from 'flowproof';
import type { Transport } from 'flowproof/contracts';
import { rabbitmq } from 'flowproof/rabbitmq';
import { type Worker, worker } from 'flowproof/workers';
import tasks from '../../fixtures/places/chaos-tasks.js';

const [broker = '', prefix = '', mutant = ''] = process.argv.slice(2);
const right = rabbitmq(broker, { prefix });
const transport = mutant === 'twice' ? makingCallsTwice(right) : right;

/** A worker by this has each call as two pieces of work. */
function makingCallsTwice(transport: Transport): Transport {
  return {
    name: transport.name,
    async connect() {
      const connection = await transport.connect();
      return {
        send: (queue, message) => connection.send(queue, message),
        consume: (queue, options, handle) =>
          connection.consume(queue, options, async (delivery) => {
            if (queue.kind !== 'work') return handle(delivery);
            const message = JSON.parse(delivery.body) as { readonly work: string; readonly call: number };
            const other = { ...message, work: `${message.work}!`, call: message.call + 1_000_000 };
            void handle({ ...delivery, id: `${delivery.id}!`, body: JSON.stringify(other) });
            return handle(delivery);
          }),
        publish: (topic, message) => connection.publish(topic, message),
        subscribe: (topic, listener) => connection.subscribe(topic, listener),
        depth: (queue) => connection.depth(queue),
        close: () => connection.close(),
      };
    },
  };
}

/** The broker may be away. */
async function started(): Promise<Worker> {
  for (;;) {
    const one = worker(tasks, { transport, concurrency: 4 });
    try {
      await one.start();
      return one;
    } catch (error) {
      if (!isFlowproofError(error, 'TRANSPORT_UNREACHABLE')) throw error;
      await one.stop({ graceMs: 1 });
      await pause(200);
    }
  }
}

const one = await started();
process.stdout.write(`${JSON.stringify({ said: 'ready', queue: one.state().queue })}\n`);
createInterface({ input: process.stdin })
  .on('line', () => void one.stop().then(() => process.exit(0)))
  .on('close', () => process.exit(1));
