import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Clock } from '../../model/clock.js';
import { RunTable } from '../run-table.js';
import { CommitQueue } from './commit-queue.js';
import { Compactor } from './compactor.js';
import { type DirectoryLock, lockDirectory } from './directory-lock.js';
import { type LogIndex, Replay } from './replay.js';
import type { Place } from './segment.js';
import { SegmentedLog } from './segmented-log.js';
import { syncDirectory } from './sync-directory.js';

/** A directory that is open for this process. */
export interface OpenStore {
  readonly index: LogIndex;
  readonly log: SegmentedLog;
  readonly queue: CommitQueue;
  readonly clock: Clock;
  /** To be called when space may have become free. */
  readonly freed: () => void;
}

interface Opened extends OpenStore {
  readonly lock: DirectoryLock;
  readonly compactor: Compactor;
}

export interface FileStoreParams {
  readonly directory: string;
  readonly clock: Clock;
  readonly segmentBytes: number;
}

/** What all connections to one `file()` share: the first one opens the directory, the last one closes it. */
export class FileStore {
  readonly #params: FileStoreParams;
  #users = 0;
  #opening: Promise<Opened> | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor({ directory, ...params }: FileStoreParams) {
    this.#params = { ...params, directory: resolve(directory) };
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
    this.#closing = opening.then(async ({ queue, log, lock, compactor }) => {
      await queue.idle();
      await compactor.idle();
      await log.close();
      await lock.release();
    });
    await this.#closing;
  }

  async #open(): Promise<Opened> {
    const { directory, clock, segmentBytes } = this.#params;
    const made = await mkdir(directory, { recursive: true });
    if (made !== undefined) await syncDirectory(dirname(made));
    const lock = await lockDirectory(directory);
    try {
      const index: LogIndex = { table: new RunTable<Place>(clock), shapes: new Map() };
      const replay = new Replay(index);
      const log = await SegmentedLog.open({ directory, segmentBytes }, replay);
      warnOf(directory, replay.end());
      const queue = new CommitQueue(log);
      const compactor = new Compactor({ index, log, queue, segmentBytes });
      log.onRotate = () => compactor.look();
      return { index, log, queue, clock, lock, compactor, freed: () => compactor.look() };
    } catch (error) {
      await lock.release();
      throw error;
    }
  }
}

/** Lists show them as FAILURE, which many are: whoever looks after the store is to know that these are not. */
function warnOf(directory: string, damaged: readonly string[]): void {
  if (damaged.length === 0) return;
  const some = damaged.slice(0, 10).map((key) => `'${key}'`);
  const more = damaged.length > some.length ? ` and ${damaged.length - some.length} more` : '';
  const message = `what '${directory}' keeps of these runs is damaged, so that they are refused, and listed as FAILURE: ${some.join(', ')}${more}. All others are whole`;
  process.emitWarning(message, { type: 'FlowproofWarning', code: 'JOURNAL_CORRUPT' });
}
