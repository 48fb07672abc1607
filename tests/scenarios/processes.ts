import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Orders } from './engine-process.js';

const SOURCE = fileURLToPath(new URL('./engine-process.ts', import.meta.url));
const OUTPUT = fileURLToPath(new URL('../../build/scenarios', import.meta.url));

/** Bundles the program for plain node, once a file of tests; packages stay where they are installed. */
export async function engineProgram(name: string): Promise<string> {
  mkdirSync(OUTPUT, { recursive: true });
  const outfile = `${OUTPUT}/${name}.mjs`;
  await build({ entryPoints: [SOURCE], bundle: true, platform: 'node', format: 'esm', packages: 'external', outfile, logLevel: 'error' });
  return outfile;
}

/** One process with its orders. */
export class EngineProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly #lines: AsyncIterator<string>;

  constructor(program: string, orders: Orders) {
    this.child = spawn(process.execPath, [program, JSON.stringify(orders)], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.exited = once(this.child, 'exit');
    if (this.child.stdout === null) throw new Error('no output');
    this.#lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** What it says next; nothing when it is gone. */
  async next(): Promise<Said | undefined> {
    const { value, done } = await this.#lines.next();
    return done === true ? undefined : (JSON.parse(value) as Said);
  }

  /** What it says next of which this is true. */
  async until(isIt: (said: Said) => boolean): Promise<Said> {
    for (let said = await this.next(); said !== undefined; said = await this.next()) if (isIt(said)) return said;
    throw new Error('it is gone, and has not said so');
  }

  /** Everything it says until it is gone: the last word is its end, unless it died. */
  async last(): Promise<Said | undefined> {
    let last: Said | undefined;
    for (let said = await this.next(); said !== undefined; said = await this.next()) last = said;
    await this.exited;
    return last;
  }

  /** Resolves when the kernel has stopped it. */
  async frozen(): Promise<void> {
    for (;;) {
      const state = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1]?.[0];
      if (state === 'T') return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }
}

export interface Said {
  readonly ready?: true;
  readonly stopped?: true;
  readonly recovery?: string;
  readonly poison?: string;
  readonly run?: string;
  readonly state?: string;
  readonly in?: string;
  readonly wrote?: number;
  readonly end?: { readonly state: string; readonly [key: string]: unknown };
  readonly error?: string;
}

export interface Effect {
  readonly phase: 'do' | 'undo';
  readonly name: string;
  readonly key: string;
  readonly attempt: number;
  readonly told: { readonly kind: string; readonly undo: string | null; readonly saved: unknown } | null;
  readonly saved: unknown;
}

export function effectsIn(path: string): readonly Effect[] {
  try {
    const text = readFileSync(path, 'utf8').trimEnd();
    return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Effect);
  } catch {
    return [];
  }
}

/** The pieces of work, in order: what was done twice with one key counts once. */
export function worksOf(effects: readonly Effect[]): string[] {
  const seen = new Set<string>();
  return effects.flatMap(({ phase, name, key }) => {
    const work = `${phase} ${name} ${key}`;
    if (seen.has(work)) return [];
    seen.add(work);
    return [`${phase} ${name}`];
  });
}
