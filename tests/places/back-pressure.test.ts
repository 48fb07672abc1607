import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { ExecutorChoice } from '../../src/contracts/index.js';
import { defineTask, flowproof, memory, unordered } from '../../src/index.js';
import { type Line, poolExecutor, type ToPlace } from '../../src/places/index.js';
import { PROTOCOL } from '../../src/places/protocol.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const READY = 100_000;
const PLACES = 4;
/** What is left of a call in a journal that is kept in memory; what waits is known from the flow. */
const BYTES_PER_CALL = 1_024;

const urgent = defineTask({ name: 'urgent', priority: 1, execute: () => undefined });
const usual = defineTask({ name: 'usual', execute: () => undefined });

/** All of its tasks are ready at once; those that are urgent come last in its definition. */
function wide(tasks: number) {
  let flow = unordered.dynamic('wide');
  for (let at = 0; at < tasks; at++) flow = flow.add(at < tasks / 2 ? usual : urgent, { name: `t${at}` });
  return flow.build();
}

/** Calls in the order in which places were given them, and how many at once. */
class Heard {
  readonly calls: { readonly run: string; readonly task: string }[] = [];
  now = 0;
  most = 0;
  /** In bytes, after each fifth of all calls. */
  readonly heap: number[] = [];

  call(run: string, task: string): void {
    this.calls.push({ run, task });
    this.most = Math.max(this.most, ++this.now);
    if (this.calls.length % (READY / 5) !== 0) return;
    collect();
    this.heap.push(process.memoryUsage().heapUsed);
  }
}

/** A place that ends each call a little later. */
function place(heard: Heard): Line {
  let to: Parameters<Line['listen']>[0] | undefined;
  return {
    send(message: ToPlace) {
      if (message.do === 'close') setImmediate(() => to?.gone({ name: 'Error', message: 'closed' }));
      if (message.do !== 'call') return;
      const { call, request } = message;
      heard.call(request.runId, request.task);
      setImmediate(() => {
        heard.now--;
        to?.message({ say: 'end', call, end: { kind: 'result' } });
      });
    },
    listen(given) {
      to = given;
      setImmediate(() => given.message({ say: 'ready', protocol: PROTOCOL, hasCodec: false, tasks: [] }));
    },
    kill: () => to?.gone({ name: 'Error', message: 'killed' }),
    keepAlive: () => undefined,
  };
}

test('of 100,000 ready tasks no more are on their way than there are places: by turns of their runs, the urgent ones first', async () => {
  const heard = new Heard();
  const options = { size: PLACES, maxCalls: Number.POSITIVE_INFINITY, idleMs: 60_000, startTimeoutMs: 60_000 };
  const executor: ExecutorChoice = {
    kind: 'held',
    make: (parts) => ({ ...poolExecutor('held', 'tasks.js', options, () => place(heard), parts), open: async () => undefined }),
  };
  const flow = wide(READY / 2);
  await using app = flowproof({ persistence: memory(), flows: [flow], executor });
  const runs = await Promise.all([app.start(flow), app.start(flow)]);
  expect((await Promise.all(runs.map((run) => run.result()))).map(({ state }) => state)).toEqual(['SUCCESS', 'SUCCESS']);

  expect(heard.calls).toHaveLength(READY);
  expect(heard.most).toBe(PLACES);
  const [first] = heard.calls;
  let ahead = 0;
  let furthest = 0;
  for (const { run } of heard.calls.slice(0, READY / 2)) {
    ahead += run === first?.run ? 1 : -1;
    furthest = Math.max(furthest, Math.abs(ahead));
  }
  // The second one begins a little later.
  expect(furthest).toBeLessThanOrEqual(10 * PLACES);
  for (const { id } of runs) {
    const tasks = heard.calls.filter(({ run }) => run === id).map(({ task }) => task);
    expect(tasks.lastIndexOf('urgent')).toBeLessThan(tasks.indexOf('usual'));
  }
  const [early = 0, , , late = 0] = heard.heap;
  expect(late - early).toBeLessThan((3 * READY * BYTES_PER_CALL) / 5);
}, 240_000);
