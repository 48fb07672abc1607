import type { TaskDefinition } from '../../authoring/index.js';
import type { Executor } from '../../calls/index.js';
import { atMost, type Clock } from '../../model/clock.js';
import { AppStoppedError } from '../../model/errors.js';
import { type Journal, readOnlyRefusal } from '../../persistence/index.js';
import { LEAVING_MS, type Runs } from '../runs/runs.js';
import { ExecutorLife } from './executor-life.js';

/** So long a store has to write what it holds back and to let go of its files or connections, and an executor to end its places. */
const CLOSING_MS = 5_000;

export interface StoreAccessParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly runs: Runs;
  readonly executor: Executor;
  /** Of the flows of the app, for its executor. */
  readonly tasks: readonly TaskDefinition[];
}

/**
 * Opens the store of an app with its first use, and where its tasks run; closes both when the app stops. Nothing reaches the store
 * but through here.
 */
export class StoreAccess {
  readonly #parts: StoreAccessParts;
  readonly #executor: ExecutorLife;
  #opened: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(parts: StoreAccessParts) {
    this.#parts = parts;
    this.#executor = new ExecutorLife(parts.executor, parts.clock);
  }

  /** @throws AppStoppedError, PersistenceError */
  open(): Promise<void> {
    if (this.#stopping !== undefined) return Promise.reject(new AppStoppedError());
    if (this.#opened === undefined) {
      const opening = this.#parts.runs.open();
      this.#opened = opening;
      // The next call tries again.
      opening.catch(() => {
        this.#opened = undefined;
      });
    }
    return this.#opened;
  }

  /** What writes may call tasks, too: where they run is opened with it. @throws PersistenceError `STORE_READ_ONLY`, TaskSetMismatchError */
  async openToWrite(): Promise<void> {
    if (this.#isReadOnly) throw readOnlyRefusal();
    await this.open();
    await this.#openExecutor();
  }

  /** Opens all that this app can use. */
  ready(): Promise<void> {
    return this.#isReadOnly ? this.open() : this.openToWrite();
  }

  get #isReadOnly(): boolean {
    return this.#parts.journal.capabilities.readOnly === true;
  }

  #openExecutor(): Promise<void> | undefined {
    const { runs, tasks } = this.#parts;
    return this.#executor.isReady ? undefined : runs.untilStopped(this.#executor.open(tasks));
  }

  /** Opens for work of this app's own, and with it takes up what others have left. */
  async openToWork(): Promise<void> {
    await this.openToWrite();
    this.#parts.runs.recover();
  }

  /** What a call reads. @throws AppStoppedError when the app stops before there is an answer */
  async reading<Answer>(read: () => Promise<Answer>): Promise<Answer> {
    await this.open();
    return this.#parts.runs.untilStopped(read());
  }

  /** What a call writes. @throws AppStoppedError when the app stops before there is an answer, PersistenceError `STORE_READ_ONLY` */
  async writing<Answer>(write: () => Promise<Answer>): Promise<Answer> {
    await this.openToWrite();
    return this.#parts.runs.untilStopped(write());
  }

  /** Stops the runs, and closes. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Every wait here has a bound: a store that gives no answer, or a disk that hangs, keeps no process from ending. */
  async #stop(): Promise<void> {
    const { clock, journal, runs } = this.#parts;
    const opened = this.#opened;
    if (opened !== undefined) {
      const stopped = runs.stop();
      const isOpen = await atMost(clock, LEAVING_MS, opened);
      await stopped;
      // What opens later is closed then.
      if (!isOpen) opened.then(() => journal.close()).catch(() => undefined);
    }
    await this.#executor.close(CLOSING_MS);
    await atMost(clock, CLOSING_MS, journal.close());
  }
}
