import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { ExecutorChoice } from '../calls/index.js';
import { type Failure, toFailure } from '../model/failure.js';
import { type Line, type OffersOf, poolExecutor, type ToPlace } from '../places/index.js';
import { moduleUrl } from './module-url.js';
import { refuseOwnPlaces, SERVE } from './place-program.js';
import { type PlacesOptions, poolOptions } from './places-options.js';

/** So many messages of a thread may wait in the app. One that says more, in a loop without end, waits until the app has heard some. */
const MOST_UNHEARD = 1_000;

/** The way to the app is a channel of its own: code of tasks may do with `parentPort` what it likes, and nothing else leads here. */
const PROGRAM = `${SERVE}
const { exit } = process;
const { load, wait } = Atomics;
import('node:worker_threads').then(({ workerData }) => {
  const { module, port, heard } = workerData;
  const post = port.postMessage.bind(port);
  delete workerData.port;
  let sent = 0;
  return serve(module, {
    send: (message) => {
      post(message);
      sent = (sent + 1) | 0;
      for (let count = load(heard, 0); ((sent - count) | 0) > ${MOST_UNHEARD}; count = load(heard, 0)) wait(heard, 0, count);
    },
    listen: (heard) => port.on('message', heard),
    exit: () => exit(),
  });
});`;

/**
 * Calls tasks in threads of their own: for what keeps a processor busy, such as rendering, parsing or compressing. The event
 * loop of the app stays free, and several are made at once. Threads import `module`, whose default export is a {@link taskSet};
 * when the app opens, all of them are started, and the tasks of its flows are compared with those of the module.
 *
 * Values cross as they are stored. A call that does not end within `graceMs` of the app after its signal was aborted is ended with its
 * thread. A thread that dies, such as by `process.exit`, an uncaught error, or too much memory, costs the call that it made,
 * never the app; a native crash ends the process: {@link processes} survive that.
 *
 * @typeParam Module `typeof import('./tasks.js')`: then the app need not be given the services that its task set brings
 * @param module `new URL('./tasks.js', import.meta.url)`, or an absolute path
 * @throws TypeError, RangeError when the module or an option is none
 *
 * @example
 * ```ts
 * import { flowproof, memory, threads } from 'flowproof';
 * const executor = threads(new URL('./tasks.js', import.meta.url), { size: 4 });
 * const app = flowproof({ persistence: memory(), flows: [], executor });
 * ```
 */
export function threads<Module = unknown>(module: URL | string, options: PlacesOptions = {}): ExecutorChoice<OffersOf<Module>> {
  const url = moduleUrl('threads', module);
  const pool = poolOptions('threads', options);
  return { kind: 'threads', make: (parts) => poolExecutor('threads', url, pool, () => begin(url, options), parts) };
}

/** @throws TaskSetMismatchError where it would begin itself, without end */
function begin(module: string, options: PlacesOptions): Line {
  refuseOwnPlaces(module);
  return new ThreadLine(module, options);
}

/** The way to a thread. */
class ThreadLine implements Line {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  /** How many messages were heard, as the thread sees it, too. */
  readonly #heard = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  constructor(module: string, { memoryMb, execArgv }: PlacesOptions) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(PROGRAM, {
      eval: true,
      name: 'flowproof tasks',
      workerData: { module, port: port2, heard: this.#heard },
      transferList: [port2],
      ...(memoryMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memoryMb } }),
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    });
  }

  send(message: ToPlace): void {
    this.#port.postMessage(message);
  }

  listen({ message, gone }: Parameters<Line['listen']>[0]): void {
    let cause: Failure | undefined;
    this.#port.on('message', (heard) => {
      Atomics.add(this.#heard, 0, 1);
      Atomics.notify(this.#heard, 0);
      message(heard);
    });
    this.#worker.on('error', (error) => {
      cause = toFailure(error);
    });
    this.#worker.on('exit', (code) => {
      // What it has said before is still on its way.
      for (let late = receiveMessageOnPort(this.#port); late !== undefined; late = receiveMessageOnPort(this.#port)) message(late.message);
      this.#port.close();
      gone(cause ?? { name: 'Error', message: `its thread ended with exit code ${code}` });
    });
  }

  kill(): void {
    void this.#worker.terminate();
  }

  keepAlive(does: boolean): void {
    for (const part of [this.#worker, this.#port]) {
      if (does) part.ref();
      else part.unref();
    }
  }
}
