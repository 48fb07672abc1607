import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, vi } from 'vitest';
import { flowproof, memory } from '../../src/index.js';
import { type Effect, stepping, worksByRun } from './conducted-flow.js';
import type { ConductorOrders } from './conductor-process.js';
import type { WaiterOrders } from './waiter-process.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Of conditions that come about by themselves. */
export const PATIENT = { timeout: 100_000, interval: 20 };

/** What a process says of itself. */
export interface Reported {
  readonly ready?: true;
  readonly stopping?: true;
  readonly stopped?: true;
  readonly work?: string;
  readonly run?: string;
  /** Of something that it was told to do. */
  readonly done?: number;
  /** The code of what it was refused with. */
  readonly refused?: string;
}

/** Processes that take up runs: conductors, unless another program is named. */
export class Crew {
  readonly #program: string;
  readonly #children: ChildProcess[] = [];

  private constructor(program: string) {
    this.#program = program;
  }

  /** Bundles the program for plain node. @param name of the file of tests, which has it for itself */
  static async of(name: string, program = 'conductor-process.ts'): Promise<Crew> {
    const outfile = at(`../../build/scenarios/${name}.mjs`);
    await build({
      ...{ entryPoints: [at(program)], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' },
      packages: 'external',
    });
    return new Crew(outfile);
  }

  begin(orders: ConductorOrders | WaiterOrders): Member {
    const child = spawn(process.execPath, [this.#program, JSON.stringify(orders)], { stdio: ['pipe', 'pipe', 'inherit'] });
    // It may be dead when it is told something.
    child.stdin.on('error', () => undefined);
    this.#children.push(child);
    return new Member(child);
  }

  async killAll(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await Promise.all(this.#children.map(gone));
  }
}

/** One of them. */
export class Member {
  readonly child: ChildProcess;
  readonly heard: Reported[] = [];
  #listeners: ((said: Reported) => void)[] = [];

  constructor(child: ChildProcess) {
    this.child = child;
    if (child.stdout === null) throw new Error('no output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as Reported;
      this.heard.push(said);
      for (const listener of this.#listeners) listener(said);
    });
  }

  /** Resolves when it has said so, as often as that. */
  hears(isIt: (said: Reported) => boolean, times = 1): Promise<void> {
    return vi.waitFor(() => expect(this.heard.filter(isIt).length).toBeGreaterThanOrEqual(times), PATIENT);
  }

  /** Calls back with each line that it says from now on, until the returned function is called. */
  onLine(listener: (said: Reported) => void): () => void {
    this.#listeners.push(listener);
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener);
    };
  }

  /** Says something to it. */
  tell(line: unknown): void {
    this.child.stdin?.write(`${JSON.stringify(line)}\n`);
  }

  gone(): Promise<void> {
    return gone(this.child);
  }
}

async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

export function effectsIn<Line = Effect>(path: string): readonly Line[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

export interface PostedRun {
  readonly id: string;
  readonly n: number;
}

/** What each run does where nothing happens to it, and how it ends. */
export async function reference(jobs: readonly PostedRun[]) {
  const effects: Effect[] = [];
  const services = { work: async (effect: Effect) => void effects.push(effect) };
  await using app = flowproof({ persistence: memory(), flows: [stepping], services });
  const states = new Map<string, string>();
  for (const { id, n } of jobs) states.set(id, (await app.run(stepping, { id, inputs: { n } })).state);
  return { states, works: worksByRun(effects) };
}
