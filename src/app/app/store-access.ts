import { atMost, type Clock } from '../../model/clock.js';
import { AppStoppedError } from '../../model/errors.js';
import { type Journal, readOnlyRefusal } from '../../persistence/index.js';
import { LEAVING_MS, type Runs } from '../runs/runs.js';
import { ExecutorLives, type ServedExecutor } from './executor-life.js';
import { type CheckedStop, DRAIN_MS } from './stop-options.js';

/** So long a store has to write what it holds back and to let go of its files or connections, and an executor to end its places. */
const CLOSING_MS = 5_000;

export interface StoreAccessParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly runs: Runs;
  readonly executors: readonly ServedExecutor[];
  /** Begins with the first work of this app's own; nothing to wait for where it has no schedules. */
  readonly scheduler: { begin(): Promise<void> | undefined };
}

/**
 * Opens the store of an app with its first use, and where its tasks run; closes both when the app stops. Nothing reaches the store
 * but through here.
 */
export class StoreAccess {
  readonly #parts: StoreAccessParts;
  readonly #executors: ExecutorLives;
  #opened: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(parts: StoreAccessParts) {
    this.#parts = parts;
    this.#executors = new ExecutorLives(parts.executors, parts.clock);
  }

  get isStopped(): boolean {
    return this.#stopping !== undefined;
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
    await this.#openExecutors();
  }

  /** Opens all that this app can use. */
  async ready(): Promise<void> {
    if (this.#isReadOnly) return this.open();
    await this.openToWrite();
    await this.#beginSchedules();
  }

  /** @throws ScheduleError, AppStoppedError when the app stops before there is an answer */
  async #beginSchedules(): Promise<void> {
    const beginning = this.#parts.scheduler.begin();
    if (beginning !== undefined) await this.#parts.runs.untilStopped(beginning);
  }

  get #isReadOnly(): boolean {
    return this.#parts.journal.capabilities.readOnly === true;
  }

  #openExecutors(): Promise<void> | undefined {
    return this.#executors.areReady ? undefined : this.#parts.runs.untilStopped(this.#executors.open());
  }

  /** Opens for work of this app's own, and with it takes up what others have left. */
  async openToWork(): Promise<void> {
    await this.openToWrite();
    await this.#beginSchedules();
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

  /** Stops the runs, and closes. While runs are drained, the app is open: their tasks may begin others. */
  async stop({ mode, graceMs }: CheckedStop): Promise<void> {
    if (mode === 'drain' && this.#opened !== undefined) await this.#parts.runs.drain(graceMs ?? DRAIN_MS);
    this.#stopping ??= this.#stop(mode === 'drain' ? undefined : graceMs);
    return this.#stopping;
  }

  /** Every wait here has a bound: a store that gives no answer, or a disk that hangs, keeps no process from ending. */
  async #stop(graceMs: number | undefined): Promise<void> {
    const { clock, journal, runs } = this.#parts;
    const opened = this.#opened;
    if (opened !== undefined) {
      const stopped = runs.stop(graceMs);
      const isOpen = await atMost(clock, LEAVING_MS, opened);
      await stopped;
      // What opens later is closed then.
      if (!isOpen) opened.then(() => journal.close()).catch(() => undefined);
    }
    await this.#executors.close(CLOSING_MS);
    await atMost(clock, CLOSING_MS, journal.close());
  }
}
