import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Clock } from '../../model/clock.js';
import { isFlowproofError } from '../../model/errors.js';
import { inTime } from '../contract/in-time.js';
import { Shared } from '../contract/shared.js';
import { RunTable } from '../memory/run-table.js';
import { CommitQueue } from './commit-queue.js';
import { Compactor } from './compactor.js';
import { asStoreError } from './disk-error.js';
import { type DirectoryLock, lockDirectory } from './lock/directory-lock.js';
import type { FoundLines, Place } from './log/segment.js';
import { SegmentedLog } from './log/segmented-log.js';
import { syncDirectory } from './log/sync-directory.js';
import { type LogIndex, Replay } from './replay.js';

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
  /** How long the disk may take for one answer. */
  readonly timeoutMs: number;
}

/** The directory of one `file()`, for all connections to it. */
export class FileStore {
  readonly #params: FileStoreParams;
  readonly #shared: Shared<Opened>;
  /** Counts what has been read while opening. */
  #progress = 0;

  constructor({ directory, ...params }: FileStoreParams) {
    this.#params = { ...params, directory: resolve(directory) };
    this.#shared = new Shared({
      open: () =>
        this.#open().catch((error: unknown) => {
          throw asStoreError(error, this.#params.directory);
        }),
      close,
      whileOpening: (opening) => this.#whileItGoesOn(opening),
      whileClosing: (closing) => this.#whileItCloses(closing),
    });
  }

  get timeoutMs(): number {
    return this.#params.timeoutMs;
  }

  /** A sentence about this disk begins so. */
  get disk(): string {
    return `the disk of '${this.#params.directory}'`;
  }

  /** @throws PersistenceError `STORE_LOCKED`, `STORE_REFUSED`, `JOURNAL_CORRUPT`, `JOURNAL_TOO_NEW`; `STORE_UNREACHABLE` for what passes */
  enter(): Promise<OpenStore> {
    return this.#shared.enter();
  }

  /** Doesn't wait for a disk that doesn't answer: then the directory stays locked until that does, or this process ends. */
  leave(): Promise<void> {
    return this.#shared.leave();
  }

  /** A log may be long: what is waited for is the next piece of it. */
  async #whileItGoesOn(opening: Promise<Opened>): Promise<Opened> {
    for (;;) {
      const before = this.#progress;
      try {
        return await inTime(opening, this.timeoutMs, this.disk);
      } catch (error) {
        if (!isFlowproofError(error, 'STORE_UNREACHABLE') || this.#progress === before) throw error;
      }
    }
  }

  async #whileItCloses(closing: Promise<void>): Promise<void> {
    await inTime(closing, this.timeoutMs, this.disk).catch((error: unknown) => {
      if (!isFlowproofError(error, 'STORE_UNREACHABLE')) throw error;
    });
  }

  async #open(): Promise<Opened> {
    const { directory, clock, segmentBytes, timeoutMs } = this.#params;
    const made = await mkdir(directory, { recursive: true });
    if (made !== undefined) await syncDirectory(dirname(made));
    const lock = await lockDirectory(directory);
    try {
      const index: LogIndex = { table: new RunTable<Place>(clock), shapes: new Map() };
      const replay = new Replay(index);
      const log = await SegmentedLog.open({ directory, segmentBytes, timeoutMs, isHeld: () => lock.isHeld() }, this.#counted(replay));
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

  #counted(found: FoundLines): FoundLines {
    return {
      line: (line, place) => {
        this.#progress++;
        found.line(line, place);
      },
      damaged: (bytes, place) => found.damaged(bytes, place),
    };
  }
}

async function close({ queue, log, lock, compactor }: Opened): Promise<void> {
  await queue.idle();
  await compactor.end();
  await log.close();
  await lock.release();
}

/** Lists show them as FAILURE, which many are: whoever looks after the store is to know that these are not. */
function warnOf(directory: string, damaged: readonly string[]): void {
  if (damaged.length === 0) return;
  const some = damaged.slice(0, 10).map((key) => `'${key}'`);
  const more = damaged.length > some.length ? ` and ${damaged.length - some.length} more` : '';
  const message = `what '${directory}' keeps of these runs is damaged, so that they are refused, and listed as FAILURE: ${some.join(', ')}${more}. All others are whole`;
  process.emitWarning(message, { type: 'FlowproofWarning', code: 'JOURNAL_CORRUPT' });
}
