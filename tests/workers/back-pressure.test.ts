import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import type { Transport } from '../../src/contracts/index.js';
import { defineTask, flowproof, memory, taskSet, unordered } from '../../src/index.js';
import { memoryTransport } from '../../src/testing/index.js';
import { remote } from '../../src/workers/index.js';
import { startWorker } from './rig.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const READY = 10_000;
const WORKERS = 4;
const CONCURRENCY = 4;
/** What is left of a call in a journal that is kept in memory. */
const BYTES_PER_CALL = 2_048;

/** Calls in the broker: those that wait, and those that workers have. */
class Carried {
  waiting = 0;
  inHand = 0;
  mostWaiting = 0;
  mostInHand = 0;
  ended = 0;
  /** In bytes, after each fifth of all calls. */
  readonly heap: number[] = [];

  given(): void {
    this.mostWaiting = Math.max(this.mostWaiting, ++this.waiting);
  }

  taken(): void {
    this.waiting--;
    this.mostInHand = Math.max(this.mostInHand, ++this.inHand);
  }

  done(): void {
    this.inHand--;
    if (++this.ended % (READY / 5) !== 0) return;
    collect();
    this.heap.push(process.memoryUsage().heapUsed);
  }
}

function counted(right: Transport, carried: Carried): Transport {
  return {
    name: right.name,
    async connect() {
      const connection = await right.connect();
      return {
        send(queue, message) {
          if (queue.kind === 'work') carried.given();
          return connection.send(queue, message);
        },
        consume: (queue, options, handle) =>
          connection.consume(queue, options, async (delivery) => {
            if (queue.kind !== 'work') return handle(delivery);
            carried.taken();
            try {
              return await handle(delivery);
            } finally {
              carried.done();
            }
          }),
        publish: (topic, message) => connection.publish(topic, message),
        subscribe: (topic, listener) => connection.subscribe(topic, listener),
        depth: (queue) => connection.depth(queue),
        close: () => connection.close(),
      };
    },
  };
}

const small = defineTask({ name: 'small', execute: () => new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined))) });

test('of 10,000 ready tasks no more lie in the queue than twice as many as the workers make at once, and memory stays as it is', async () => {
  const carried = new Carried();
  const transport = counted(memoryTransport(), carried);
  for (let at = 0; at < WORKERS; at++) await startWorker(taskSet({ tasks: [small] }), { transport, concurrency: CONCURRENCY });
  let wide = unordered.dynamic('wide');
  for (let at = 0; at < READY; at++) wide = wide.add(small, { name: `t${at}` });
  const flow = wide.build();
  const app = flowproof({ persistence: memory(), flows: [flow], executor: remote({ transport }) });
  onTestFinished(() => app.stop());

  expect((await app.run(flow)).state).toBe('SUCCESS');
  expect(carried.ended).toBe(READY);
  expect(carried.mostInHand).toBe(WORKERS * CONCURRENCY);
  expect(carried.mostWaiting).toBeLessThanOrEqual(2 * WORKERS * CONCURRENCY);
  const [early = 0, , , late = 0] = carried.heap;
  expect(late - early).toBeLessThan((3 * READY * BYTES_PER_CALL) / 5);
}, 240_000);
