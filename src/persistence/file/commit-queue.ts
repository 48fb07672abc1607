import type { NewLine, Place } from './log/segment.js';
import type { SegmentedLog } from './log/segmented-log.js';

/** A change of the log that waits its turn. */
export interface Commit {
  /** What it depends on and changes: two commits that share a scope never go in one write, so that the second sees the first. `all`: it goes alone. */
  readonly scopes: readonly string[] | 'all';
  /** Whether the disk is to be waited for. */
  readonly sync: boolean;
  /** Whether a caller hears of it, such as that a run has ended: it is proved to be where others find it. What is synced always is. */
  readonly isNews?: boolean;
  /** Looks at the index as it is now; gives the lines to write, or nothing when there is nothing to be written. */
  prepare(): Promise<readonly NewLine[]>;
  /** The lines are written; the index is to say so. */
  done(places: readonly Place[]): void;
  failed(cause: unknown): void;
}

/** Writes what waits in one go; what comes meanwhile waits for the next: with many runs the disk is waited for once for all of them. */
export class CommitQueue {
  readonly #log: SegmentedLog;
  #waiting: Commit[] = [];
  #running: Promise<void> | undefined;

  constructor(log: SegmentedLog) {
    this.#log = log;
  }

  add(...commits: readonly Commit[]): void {
    this.#waiting.push(...commits);
    this.#running ??= this.#run();
  }

  /** Does something with the log while nothing else is written to it. */
  exclusively(work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, failed) => {
      const prepare = async () => {
        await work();
        resolve();
        return [];
      };
      this.add({ scopes: 'all', sync: false, prepare, done: () => resolve(), failed });
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // One turn of the microtask queue, so that all that is added in this tick goes together.
    await undefined;
    while (this.#waiting.length > 0) await this.#write(this.#take());
    this.#running = undefined;
  }

  #take(): readonly Commit[] {
    const scopes = new Set<string>();
    const taken: Commit[] = [];
    const later: Commit[] = [];
    let alone = false;
    for (const commit of this.#waiting) {
      const isAll = commit.scopes === 'all';
      const free = !alone && (isAll ? taken.length === 0 : !commit.scopes.some((scope) => scopes.has(scope)));
      alone ||= isAll;
      for (const scope of isAll ? [] : commit.scopes) scopes.add(scope);
      (free ? taken : later).push(commit);
    }
    this.#waiting = later;
    return taken;
  }

  async #write(commits: readonly Commit[]): Promise<void> {
    const prepared: { readonly commit: Commit; readonly lines: readonly NewLine[] }[] = [];
    for (const commit of commits) {
      try {
        const lines = await commit.prepare();
        if (lines.length > 0) prepared.push({ commit, lines });
      } catch (cause) {
        commit.failed(cause);
      }
    }
    if (prepared.length === 0) return;
    try {
      const places = await this.#log.append(
        prepared.flatMap(({ lines }) => lines),
        { sync: prepared.some(({ commit }) => commit.sync), prove: prepared.some(({ commit }) => commit.sync || commit.isNews === true) },
      );
      let from = 0;
      for (const { commit, lines } of prepared) {
        commit.done(places.slice(from, from + lines.length));
        from += lines.length;
      }
    } catch (cause) {
      for (const { commit } of prepared) commit.failed(cause);
    }
  }
}
