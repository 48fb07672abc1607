import { endOfTurn } from '../../model/event-loop.js';
import type { LoadedRun } from '../../persistence/index.js';

/** So many runs at most share the statements of a load. */
const MOST_TOGETHER = 100;

export interface GroupLoadParts {
  readonly one: (runId: string) => Promise<LoadedRun | undefined>;
  /** Those that there are, by their ids; each says by itself what is wrong with it. */
  readonly many: (runIds: readonly string[]) => Promise<ReadonlyMap<string, () => LoadedRun>>;
}

interface Waiting {
  readonly runId: string;
  readonly resolve: (run: Promise<LoadedRun | undefined> | undefined) => void;
}

/** Runs that are asked for in one round of the event loop, as when a tick has taken many, are read together. */
export class GroupLoad {
  readonly #parts: GroupLoadParts;
  #waiting: Waiting[] = [];

  constructor(parts: GroupLoadParts) {
    this.#parts = parts;
  }

  load(runId: string): Promise<LoadedRun | undefined> {
    return new Promise((resolve) => {
      this.#waiting.push({ runId, resolve });
      if (this.#waiting.length === 1) void endOfTurn().then(this.#flush);
    });
  }

  readonly #flush = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < waiting.length; from += MOST_TOGETHER) void this.#read(waiting.slice(from, from + MOST_TOGETHER));
  };

  async #read(group: readonly Waiting[]): Promise<void> {
    const alone = ({ runId, resolve }: Waiting): void => resolve(this.#parts.one(runId));
    if (group.length === 1) return group.forEach(alone);
    try {
      const found = await this.#parts.many([...new Set(group.map(({ runId }) => runId))]);
      for (const { runId, resolve } of group) {
        const run = found.get(runId);
        resolve(run && Promise.resolve().then(run));
      }
    } catch {
      // What is wrong with one of them, such as its size, is that one's alone.
      group.forEach(alone);
    }
  }
}
