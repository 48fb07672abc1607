import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { container } from '../support/container.js';
import type { Order, Said, Setting } from './engine-process.js';
import type { VolumeFault } from './faults.js';
import { isBooking } from './flows.js';
import type { Store } from './store.js';
import { Workers, type WorkersParams } from './workers.js';

/** Small, so that the log is written anew all the time. */
const SEGMENT_BYTES = 8_192;
const LONGEST_MS = 60_000;

export interface VolumeParams extends Pick<WorkersParams, 'program' | 'setting' | 'directory' | 'hushed' | 'random'> {
  /** Where the store is. */
  readonly store: string;
}

/** A directory that containers want to have: one has it, is killed, and others come. */
export class Volume {
  readonly workers: Workers;
  readonly complaints: string[] = [];
  /** How often somebody who came second was refused. */
  refused = 0;
  readonly store: string;
  readonly #params: VolumeParams;
  readonly #store: Store;
  readonly #others = new Set<ChildProcess>();
  readonly #compactions = new Set<string>();

  constructor({ store: directory, ...params }: VolumeParams) {
    this.store = directory;
    this.#params = { ...params, store: directory };
    this.#store = { kind: 'file', directory, segmentBytes: SEGMENT_BYTES };
    const within = container === undefined ? {} : { within: container };
    const specs = [{ store: this.#store, takes: (flow: string) => !isBooking(flow), ...within }];
    this.workers = new Workers({ ...params, name: 'holder', specs, firstStays: false, lateMs: 200 });
  }

  /** How often the log was written anew, as far as it was seen. */
  get compactions(): number {
    return this.#compactions.size;
  }

  /** @returns whether it happened */
  async strike(fault: VolumeFault): Promise<boolean> {
    this.look();
    switch (fault.kind) {
      case 'kill-holder':
        return this.workers.isAtWork && this.workers.kill();
      case 'roll-holder':
        return this.workers.isAtWork && this.workers.roll();
      case 'prune-volume':
        return this.workers.isAtWork && this.workers.prune('passing');
      case 'second-container':
        return this.workers.isAtWork && this.#intrude();
    }
  }

  /** Sees which files are there: one that has taken the place of others is named for them. */
  look(): void {
    for (const name of readdirSync(this.#params.store)) if (/^journal-\d+-\d+\.log$/.test(name)) this.#compactions.add(name);
  }

  async stop(): Promise<void> {
    for (const child of this.#others) child.kill('SIGKILL');
    await this.workers.stop();
  }

  /** A second one comes while the first one has it, which nobody kills meanwhile. */
  async #intrude(): Promise<boolean> {
    const { program, setting, directory, hushed } = this.#params;
    const words = JSON.stringify({ ...setting, store: this.#store, effects: join(directory, 'nobody.effects') } satisfies Setting);
    const [command = '', ...args] = [...(container ?? []), process.execPath, program, words];
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', hushed ? 'ignore' : 'inherit'] });
    this.#others.add(child);
    const exited = once(child, 'exit');
    const late = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
    child.stdin?.on('error', () => undefined);
    const tell = (order: Order): void => void child.stdin?.write(`${JSON.stringify(order)}\n`);
    let code: string | undefined;
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => {
        const words = JSON.parse(line) as Said;
        if (words.said === 'opened') code = words.refused ?? 'opened';
        tell({ do: 'stop' });
      });
    tell({ do: 'open' });
    await exited;
    clearTimeout(late);
    this.#others.delete(child);
    if (code === 'STORE_LOCKED') this.refused++;
    else this.complaints.push(`a second container was not refused, but: ${code ?? 'no answer'}`);
    return true;
  }
}
