import { onTestFinished } from 'vitest';
import type { Transport } from '../../src/contracts/index.js';
import {
  defineTask,
  type FlowEvent,
  flowproof,
  linear,
  memory,
  type Persistence,
  type TaskSet,
  taskSet,
  unordered,
} from '../../src/index.js';
import { type RemoteOptions, remote, type Worker, type WorkerOptions, worker } from '../../src/workers/index.js';

/** Calls that have begun in this process, each with what ends it. */
export interface Begun {
  readonly by: string;
  readonly attempt: number;
  end(): void;
}

/** A task whose calls end when the test says so; each worker has a task set of its own, so that it is known who made a call. */
export function heldSet(by: string, begun: Begun[], options: { readonly version?: number } = {}): TaskSet<object> {
  return taskSet({ tasks: [heldTask(by, begun, options), plain] });
}

function heldTask(by: string, begun: Begun[], { version = 1 }: { readonly version?: number }) {
  return defineTask({
    name: 'held',
    version,
    provides: ['madeBy'],
    execute: (_: object, { attempt, signal }) =>
      new Promise<{ madeBy: string }>((resolve, reject) => {
        begun.push({ by, attempt, end: () => resolve({ madeBy: by }) });
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  });
}

export const plain = defineTask({
  name: 'plain',
  requires: ['n'],
  provides: ['twice'],
  execute: async ({ n }: { n: number }) => ({ twice: n * 2 }),
});

const here = heldTask('here', [], {});
const newer = heldTask('here', [], { version: 2 });

export const held = linear('held').add(here).build();
export const heldOfTwo = linear('heldOfTwo').add(newer).build();
export const doubled = linear('doubled').input<{ n: number }>().add(plain).build();
export const many = Array.from({ length: 40 }, (_, at) => at)
  .reduce((flow, at) => flow.add(here, { name: `held${at}`, provides: { madeBy: `by${at}` } }) as never, unordered('many'))
  .build();

interface Settings extends Partial<RemoteOptions> {
  readonly transport: Transport;
  readonly persistence?: Persistence;
}

export function appOf({ persistence = memory(), ...options }: Settings) {
  const events: FlowEvent[] = [];
  const app = flowproof({
    ...{ persistence, recover: false, graceMs: 50, flows: [held, heldOfTwo, doubled, many] },
    executor: remote(options),
    onEvent: (event) => events.push(event),
  });
  onTestFinished(() => app.stop());
  return { app, events };
}

export async function startWorker(tasks: TaskSet<object>, options: WorkerOptions): Promise<Worker> {
  const one = worker(tasks, options);
  onTestFinished(() => one.stop({ graceMs: 1 }));
  await one.start();
  return one;
}
