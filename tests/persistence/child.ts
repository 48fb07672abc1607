import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const DOOR = fileURLToPath(new URL('../../src/persistence/index.ts', import.meta.url));

/** A process of its own, which says something on a line. */
export interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  /** The next line that it prints; rejects when it ends without one. */
  line(): Promise<string>;
  /** All further lines, until it is gone. */
  lines(): AsyncIterable<string>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

export interface Bundled {
  readonly door: URL;
  /** Packages that are loaded from elsewhere. */
  readonly alias: Readonly<Record<string, string>>;
}

/** @param within a command that runs node, such as one that gives it namespaces of its own */
export type RunProgram = (program: string, within?: readonly string[]) => Promise<Child>;

/** Bundles the persistence room for plain node, or another door, and gives a way to run programs that import it as `./persistence.mjs` or `./door.mjs`. */
export async function childPrograms(directory: string, bundled?: Bundled): Promise<RunProgram> {
  await build({
    entryPoints: [bundled === undefined ? DOOR : fileURLToPath(bundled.door)],
    alias: bundled?.alias ?? {},
    external: Object.values(bundled?.alias ?? {}),
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(directory, bundled === undefined ? 'persistence.mjs' : 'door.mjs'),
    logLevel: 'error',
  });
  let count = 0;
  return async (program, within = []) => {
    const path = join(directory, `program-${count++}.mjs`);
    await writeFile(path, program);
    return start([...within, process.execPath, path]);
  };
}

function start([command = '', ...args]: readonly string[]): Child {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    pid: child.pid ?? -1,
    async *lines() {
      for (let next = await lines.next(); next.done !== true; next = await lines.next()) yield next.value;
      // What it printed to is closed a moment before it is gone.
      await exited;
    },
    async line() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error('the program ended without another line');
      return value;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
