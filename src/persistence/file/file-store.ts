import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Clock } from '../../model/clock.js';
import { RunTable } from '../run-table.js';
import { CommitQueue } from './commit-queue.js';
import { type DirectoryLock, lockDirectory } from './directory-lock.js';
import { LogFile } from './log-file.js';
import { type LogIndex, replayLine } from './replay.js';
import type { Place } from './scan-log.js';
import { syncDirectory } from './sync-directory.js';

const LOG = 'journal.log';

/** A directory that is open for this process. */
export interface OpenStore {
  readonly index: LogIndex;
  readonly log: LogFile;
  readonly queue: CommitQueue;
}

/** What all connections to one `file()` share: the first one opens the directory, the last one closes it. */
export class FileStore {
  readonly #directory: string;
  readonly #clock: Clock;
  #users = 0;
  #opening: Promise<OpenStore & { readonly lock: DirectoryLock }> | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor(directory: string, clock: Clock) {
    this.#directory = resolve(directory);
    this.#clock = clock;
  }

  async enter(): Promise<OpenStore> {
    this.#users++;
    this.#opening ??= this.#closing.then(() => this.#open());
    try {
      return await this.#opening;
    } catch (error) {
      this.#users--;
      if (this.#users === 0) this.#opening = undefined;
      throw error;
    }
  }

  async leave(): Promise<void> {
    this.#users--;
    const opening = this.#opening;
    if (this.#users > 0 || opening === undefined) return;
    this.#opening = undefined;
    this.#closing = opening.then(async ({ queue, log, lock }) => {
      await queue.idle();
      await log.close();
      await lock.release();
    });
    await this.#closing;
  }

  async #open(): Promise<OpenStore & { readonly lock: DirectoryLock }> {
    const made = await mkdir(this.#directory, { recursive: true });
    if (made !== undefined) await syncDirectory(dirname(made));
    const lock = await lockDirectory(this.#directory);
    try {
      const index: LogIndex = { table: new RunTable<Place>(this.#clock), shapes: new Map() };
      const log = await LogFile.open(join(this.#directory, LOG), (line, place) => replayLine(index, line, place));
      return { index, log, queue: new CommitQueue(log), lock };
    } catch (error) {
      await lock.release();
      throw error;
    }
  }
}
