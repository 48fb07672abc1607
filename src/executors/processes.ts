import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { ExecutorChoice } from '../calls/index.js';
import { type Failure, toFailure } from '../model/failure.js';
import { type Line, type OffersOf, poolExecutor, type ToPlace } from '../places/index.js';
import { moduleUrl } from './module-url.js';
import { refuseOwnPlaces, SERVE } from './place-program.js';
import { type PlacesOptions, poolOptions } from './places-options.js';

/** Of the pipe that closes when the app's process ends, however it does. */
const WATCHED_FD = 4;

/** In what is sent: code of tasks may send messages of its own on the same channel. */
const ENVELOPE = '~flowproof';

/** In a thread of its own: a process whose code never ends is to notice, too. */
const WATCHDOG = `import('node:net').then(({ Socket }) => {
  const end = () => process.kill(process.pid, 'SIGKILL');
  new Socket({ fd: ${WATCHED_FD}, readable: true, writable: false }).on('error', end).on('close', end).resume();
});`;

/**
 * Whoever stops the app by a signal to all its processes lets it end first what is under way: these end with it. While one starts, it
 * has no watchdog yet, and hears by its channel that nobody waits for it. What code of tasks does to `process`, such as to take all
 * its listeners away, is mended before the next call. One that has called `process.exit`, and whose own listener threw then, is
 * neither ended nor alive, as Node.js gives it no ticks any more: it ends at once, and its call is lost.
 */
const programOf = (module: string): string => `process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
${SERVE}
const { exit, send } = process;
let hear;
const listen = () => {
  if (hear !== undefined && !process.listeners('message').includes(hear)) process.on('message', hear);
  process.channel?.ref();
};
const endIfExiting = () => { if (process._exiting) process.kill(process.pid, 'SIGKILL'); };
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
import('node:worker_threads').then(({ Worker }) => {
  new Worker(${JSON.stringify(WATCHDOG)}, { eval: true, execArgv: [], name: 'flowproof watchdog' }).unref();
  return serve(${JSON.stringify(module)}, {
    send: (message) => { endIfExiting(); listen(); send.call(process, { '${ENVELOPE}': message }, () => undefined); },
    listen: (heard) => {
      hear = (given) => { if (given?.['${ENVELOPE}'] !== undefined) heard(given['${ENVELOPE}']); };
      listen();
    },
    exit: () => exit(),
  });
});`;

/**
 * Calls tasks in processes of their own on this machine: for code that may take a whole process with it, such as native modules
 * that crash, or for memory that is to be bounded. Otherwise as {@link threads}, which cost less: a process takes longer to start, and
 * values cross as text.
 *
 * A process that dies, however, costs the call that it made, never the app. When the process of the app ends, even by SIGKILL, they end.
 *
 * @typeParam Module `typeof import('./tasks.js')`: then the app need not be given the services that its task set brings
 * @param module `new URL('./tasks.js', import.meta.url)`, or an absolute path; its default export is a {@link taskSet}
 * @throws TypeError, RangeError when the module or an option is none
 *
 * @example
 * ```ts
 * import { flowproof, memory, processes } from 'flowproof';
 * const executor = processes(new URL('./tasks.js', import.meta.url), { size: 2, memoryMb: 512 });
 * const app = flowproof({ persistence: memory(), flows: [], executor });
 * ```
 */
export function processes<Module = unknown>(module: URL | string, options: PlacesOptions = {}): ExecutorChoice<OffersOf<Module>> {
  const url = moduleUrl('processes', module);
  const pool = poolOptions('processes', options);
  return { kind: 'processes', make: (parts) => poolExecutor('processes', url, pool, () => begin(url, options), parts) };
}

/** @throws TaskSetMismatchError where it would begin itself, without end */
function begin(module: string, options: PlacesOptions): Line {
  refuseOwnPlaces(module);
  return new ProcessLine(module, options);
}

/** The way to a process. */
class ProcessLine implements Line {
  readonly #process: ChildProcess;

  constructor(module: string, { memoryMb, execArgv = inheritedFlags() }: PlacesOptions) {
    const memory = memoryMb === undefined ? [] : [`--max-old-space-size=${Math.ceil(memoryMb)}`];
    this.#process = spawn(process.execPath, [...execArgv, ...memory, '-e', programOf(module)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
      serialization: 'json',
      windowsHide: true,
    });
    // There are none when it could not be begun.
    const watched = (this.#process.stdio as ChildProcess['stdio'] | undefined)?.[WATCHED_FD] as Socket | null | undefined;
    watched?.on('error', () => undefined);
    watched?.unref();
  }

  send(message: ToPlace): void {
    // What can't be sent any more is followed by its end.
    this.#process.send({ [ENVELOPE]: message }, () => undefined);
  }

  listen({ message, gone }: Parameters<Line['listen']>[0]): void {
    const child = this.#process;
    let why: Failure | undefined;
    child.on('message', (given: unknown) => {
      if (typeof given === 'object' && given !== null && ENVELOPE in given) message(given[ENVELOPE]);
    });
    child.on('error', (error) => {
      why ??= toFailure(error);
      // It was never begun.
      if (child.pid === undefined) gone(why);
    });
    // No message reaches it any more.
    child.on('disconnect', () => this.kill());
    child.on('exit', (code, signal) => {
      const end = (): void => gone({ name: 'Error', message: `its process ended with ${signal ?? `exit code ${code}`}` });
      // What it has said before is still on its way.
      if (child.connected) child.once('disconnect', end);
      else end();
    });
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  keepAlive(does: boolean): void {
    const parts = [this.#process, this.#process.channel];
    for (const part of parts) {
      if (does) part?.ref();
      else part?.unref();
    }
  }
}

/** Those of this process, but for what it runs, and for ports that only one can have. */
function inheritedFlags(): readonly string[] {
  const flags: string[] = [];
  for (let at = 0; at < process.execArgv.length; at++) {
    const flag = process.execArgv[at] as string;
    if (/^(-e|--eval|-p|-pe|--print|--input-type)$/.test(flag)) at++;
    else if (!/^--(eval|print|input-type|inspect|watch|test)\b/.test(flag)) flags.push(flag);
  }
  return flags;
}
