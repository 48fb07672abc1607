import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Clock } from '#model/clock.js';
import { type BuiltFlow, isAnswer, type LoadAnswer, type LoadRequest } from './protocol.js';

/** The program that loads modules, as it is built beside this file. */
export const LOADER = fileURLToPath(new URL('./child.js', import.meta.url));

/** How modules are loaded. */
export interface LoadOptions {
  /** The program that loads them, in a process of its own. */
  readonly program: string;
  /** Where it is started. */
  readonly folder: string;
  /** How long one module may take. */
  readonly deadlineMs: number;
  readonly clock: Clock;
  /** Aborted when its answer is not wanted any more. */
  readonly signal: AbortSignal;
}

/** What came of one module. */
export interface LoadedModule {
  readonly module: string;
  readonly flows: readonly BuiltFlow[];
  /** Why it could not be loaded. */
  readonly trouble?: string;
}

/**
 * Loads modules of JavaScript away from this process, and says what flows they build. They share one process as long as
 * none of them ends it; whatever they leave open ends with it.
 */
export async function loadModules(modules: readonly string[], options: LoadOptions): Promise<readonly LoadedModule[]> {
  const loaded: LoadedModule[] = [];
  while (loaded.length < modules.length && !options.signal.aborted) {
    const rest = modules.slice(loaded.length);
    const { answers, end } = await inOneProcess(rest, options);
    loaded.push(...answers.map(({ flows, trouble }, index) => moduleOf(rest[index] as string, flows, trouble)));
    const next = rest[answers.length];
    if (next === undefined || end === undefined) continue;
    // Of a death one before it may be guilty, by what it left behind: then this one is tried again alone.
    if (answers.length === 0 || end.certain) loaded.push(moduleOf(next, [], end.why));
  }
  return loaded;
}

function moduleOf(module: string, flows: readonly BuiltFlow[], trouble: string | undefined): LoadedModule {
  return { module, flows, ...(trouble === undefined ? {} : { trouble }) };
}

interface Ended {
  readonly answers: readonly LoadAnswer[];
  /** Why there are no more answers; `undefined`: no answer was wanted. */
  readonly end: { readonly why: string; readonly certain: boolean } | undefined;
}

/** Resolves when the process is gone. */
async function inOneProcess(modules: readonly string[], { program, folder, deadlineMs, clock, signal }: LoadOptions): Promise<Ended> {
  const child = fork(program, [], {
    cwd: folder,
    execArgv: [],
    // Shapes are plain data, with numbers that JSON does not have.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // The leader of a group of its own, so that what it starts ends with it.
    detached: process.platform !== 'win32',
  });
  const answers: LoadAnswer[] = [];
  let end: Ended['end'];
  let last: string | undefined;
  let cancel = (): void => {};
  const kill = (): void => killed(child);
  const wait = (): void => {
    cancel();
    cancel = clock.after(deadlineMs, () => {
      end ??= { why: `it was not loaded within ${deadlineMs} ms: say --load-ms if it needs longer`, certain: true };
      kill();
    });
  };
  child.on('message', (message) => {
    if (!isAnswer(message) || end !== undefined) return;
    if (message.end) {
      last = message.trouble;
      return;
    }
    answers.push(message);
    if (answers.length === modules.length) kill();
    else wait();
  });
  signal.addEventListener('abort', kill, { once: true });
  wait();
  child.send({ modules } satisfies LoadRequest, () => {});
  const [code, by] = await gone(child);
  cancel();
  signal.removeEventListener('abort', kill);
  // It is gone, but perhaps not all that it started.
  kill();
  return { answers, end: end ?? { why: last ?? endOf(code, by), certain: false } };
}

function endOf(code: number | null, signal: string | null): string {
  // Node.js ends with 13 when there is nothing left that could settle what a module waits for.
  if (code === 13) return 'it waits for something that never comes, at its top level';
  return `it ended its process ${signal === null ? `with the exit code ${code}` : `by ${signal}`}`;
}

/** When it has ended, and all that it said has been read. */
function gone(child: ChildProcess): Promise<[code: number | null, signal: string | null]> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      if (child.pid === undefined) reject(error);
    });
    child.once('exit', (code, signal) => {
      if (child.connected) child.once('disconnect', () => resolve([code, signal]));
      else resolve([code, signal]);
    });
  });
}

function killed(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-pid, 'SIGKILL');
  } catch {
    // No process of its group is left.
  }
}
