import { Worker } from 'node:worker_threads';
import type { ExecutorChoice } from '../calls/index.js';
import { type Failure, toFailure } from '../model/failure.js';
import { type FromPlace, type Line, type OffersOf, poolExecutor, type ToPlace } from '../places/index.js';
import { moduleUrl } from './module-url.js';
import { ENVELOPE, opened, SERVE } from './place-program.js';
import { type PlacesOptions, poolOptions } from './places-options.js';

const PROGRAM = `${SERVE}
import('node:worker_threads').then(({ parentPort, workerData }) => serve(workerData.module, {
  send: (message) => parentPort.postMessage({ '${ENVELOPE}': message }),
  listen: (heard) => parentPort.on('message', (given) => { if (given?.['${ENVELOPE}'] !== undefined) heard(given['${ENVELOPE}']); }),
  exit: () => process.exit(),
}));`;

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
  return { kind: 'threads', make: (parts) => poolExecutor('threads', url, pool, () => new ThreadLine(url, options), parts) };
}

/** The way to a thread. */
class ThreadLine implements Line {
  readonly #worker: Worker;

  constructor(module: string, { memoryMb, execArgv }: PlacesOptions) {
    this.#worker = new Worker(PROGRAM, {
      eval: true,
      name: 'flowproof tasks',
      workerData: { module },
      ...(memoryMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memoryMb } }),
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    });
  }

  send(message: ToPlace): void {
    this.#worker.postMessage({ [ENVELOPE]: message });
  }

  listen({ message, gone }: Parameters<Line['listen']>[0]): void {
    let cause: Failure | undefined;
    this.#worker.on('message', (given: unknown) => {
      const heard = opened<FromPlace>(given);
      if (heard !== undefined) message(heard);
    });
    this.#worker.on('error', (error) => {
      cause = toFailure(error);
    });
    this.#worker.on('exit', (code) => {
      gone(cause ?? { name: 'Error', message: `its thread ended with exit code ${code}` });
    });
  }

  kill(): void {
    void this.#worker.terminate();
  }

  keepAlive(does: boolean): void {
    if (does) this.#worker.ref();
    else this.#worker.unref();
  }
}
