import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { Doomed, doneIn, doomedProgram } from './doomed.js';
import type { Doom } from './doomed-process.js';
import type { Done } from './stories.js';

/** Processes that fire a schedule, and what their runs have done. */
export class Fleet {
  readonly #program: string;
  readonly #effects: string;
  readonly #members: Doomed[] = [];

  private constructor(program: string, effects: string) {
    this.#program = program;
    this.#effects = effects;
  }

  /** @param name of the file of tests, which has it for itself */
  static async of(name: string, directory: string): Promise<Fleet> {
    return new Fleet(await doomedProgram(name), join(directory, 'effects'));
  }

  begin(doom: Omit<Doom, 'effects'>): Doomed {
    const member = new Doomed(this.#program, { ...doom, effects: this.#effects });
    this.#members.push(member);
    return member;
  }

  /** The last task of each run that has come to it. */
  all(): readonly Done[] {
    return doneIn(this.#effects).filter(({ task }) => task.endsWith('/end'));
  }

  /** Resolves when so many runs have come to their end. */
  async done(count: number): Promise<void> {
    await vi.waitFor(() => expect(timesOf(this.all()).length).toBeGreaterThanOrEqual(count), { timeout: 55_000, interval: 50 });
  }

  /** Stops all, in order. */
  async end(): Promise<void> {
    for (const { child } of this.#members) child.kill('SIGTERM');
    await Promise.all(this.#members.map((member) => member.gone()));
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.kill()));
  }
}

/** What these runs were fired for, each once, in order. */
export function timesOf(all: readonly Done[]): readonly number[] {
  const times = all.map(({ run }) => Date.parse(run.slice(run.indexOf('@') + 1)));
  return [...new Set(times)].sort((a, b) => a - b);
}
