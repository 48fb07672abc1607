import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, guardAgainstOrphans } from './postgres.js';

/** A server of our own, on loopback; it ends with this process, however that ends. */
export interface Server {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** SIGKILL; what it has written stays. */
  kill(): Promise<void>;
  /** Starts again, on the same port with the same data, after {@link kill}. */
  restart(): Promise<void>;
  /** Shuts down, and removes the data. */
  stop(): Promise<void>;
}

export type Command = readonly [program: string, ...args: string[]];

/** How a kind of server is started. */
export interface Program {
  readonly name: string;
  command(port: number, directory: string): Command | Promise<Command>;
  /** Whether it answers. */
  isReady(port: number): Promise<boolean>;
  url(port: number): string;
  /** How long it may take until it answers, in milliseconds. Default: a minute. */
  readonly readyWithinMs?: number;
}

const READY_WITHIN_MS = 60_000;
const EVERY_MS = 25;

export async function startServer(program: Program, place: { readonly port?: number; readonly directory?: string } = {}): Promise<Server> {
  const directory = place.directory ?? mkdtempSync(join(tmpdir(), `flowproof-${program.name}-`));
  const port = place.port ?? (await freePort());
  let running = await begin(program, port, directory);
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const { child, exited } = running;
    child.ref();
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
    running.guard.stdin?.end('keep');
  };
  return {
    ...{ url: program.url(port), host: '127.0.0.1', port },
    get pid() {
      return running.child.pid ?? 0;
    },
    kill: () => end('SIGKILL'),
    async restart() {
      running = await begin(program, port, directory);
    },
    async stop() {
      await end('SIGTERM');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly guard: ChildProcess;
}

async function begin(program: Program, port: number, directory: string): Promise<Running> {
  const [command, ...args] = await program.command(port, directory);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, cwd: directory });
  let log = '';
  // Read to the end of its life: a full pipe would stop the server.
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (text: Buffer) => (log = `${log}${text.toString()}`.slice(-8_192)));
  const exited = once(child, 'exit').catch(() => undefined);
  await once(child, 'spawn');
  const guard = guardAgainstOrphans(child.pid ?? 0, directory);
  const sinceMs = Date.now();
  while (!(await program.isReady(port))) {
    const isGone = child.exitCode !== null || child.signalCode !== null;
    if (isGone || Date.now() - sinceMs > (program.readyWithinMs ?? READY_WITHIN_MS))
      throw new Error(`${program.name} did not become ready:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  child.unref();
  for (const pipe of [child.stdout, child.stderr]) (pipe as { unref?: () => void }).unref?.();
  return { child, exited, guard };
}

/** What a server says to a line, at the end of the connection or when `isWhole` says so; nothing when it says nothing. */
export function ask(port: number, line: string, isWhole: (answer: string) => boolean): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    const end = (): void => {
      socket.destroy();
      resolve(answer === '' ? undefined : answer);
    };
    socket.setTimeout(1_000, end);
    socket.once('connect', () => socket.write(line));
    socket.on('data', (text) => {
      answer += text.toString();
      if (isWhole(answer)) end();
    });
    socket.once('error', end);
    socket.once('close', end);
  });
}
