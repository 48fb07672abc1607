import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Death, Doom } from './doomed-process.js';
import type { Done } from './stories.js';

const DIRECTORY = fileURLToPath(new URL('../../build/deaths', import.meta.url));

/** What such a process says. */
export interface Said extends Partial<Pick<Death, 'kind' | 'nth'>> {
  readonly ready?: true;
  readonly asleep?: string;
  readonly run?: string;
  readonly state?: string;
}

/** Bundles the program for plain node. @param name of the file of tests, which has it for itself */
export async function doomedProgram(name: string): Promise<string> {
  mkdirSync(DIRECTORY, { recursive: true });
  const outfile = `${DIRECTORY}/${name}.mjs`;
  const entryPoints = [fileURLToPath(new URL('./doomed-process.ts', import.meta.url))];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', packages: 'external', outfile, logLevel: 'error' });
  return outfile;
}

export class Doomed {
  readonly child: ChildProcess;
  readonly heard: Said[] = [];
  #listeners: (() => void)[] = [];

  constructor(program: string, doom: Doom) {
    this.child = spawn(process.execPath, [program, JSON.stringify(doom)], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (this.child.stdout === null) throw new Error('no output');
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.heard.push(JSON.parse(line) as Said);
      for (const listener of this.#listeners) listener();
    });
  }

  /** Resolves when it has said so; with `false` when it is gone before. */
  async says(isIt: (said: Said) => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const look = () => void (this.heard.some(isIt) && resolve(true));
      this.#listeners.push(look);
      void this.gone().then(() => resolve(this.heard.some(isIt)));
      look();
    });
  }

  /** The signal that ended it, or none. */
  async gone(): Promise<NodeJS.Signals | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.signalCode;
  }

  kill(): Promise<unknown> {
    this.child.kill('SIGKILL');
    return this.gone();
  }
}

export function doneIn(path: string): readonly Done[] {
  let text = '';
  try {
    text = readFileSync(path, 'utf8').trimEnd();
  } catch {
    // Nothing has been done.
  }
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Done);
}
