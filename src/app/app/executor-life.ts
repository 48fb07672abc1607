import type { TaskDefinition } from '../../authoring/index.js';
import type { Executor } from '../../calls/index.js';
import { atMost, type Clock } from '../../model/clock.js';

/** An executor of an app, with the tasks of its flows that it calls. */
export interface ServedExecutor {
  readonly executor: Executor;
  readonly tasks: readonly TaskDefinition[];
}

/** The executors of an app: all are opened before the first call, and closed when the app stops. */
export class ExecutorLives {
  readonly #lives: readonly ExecutorLife[];

  constructor(executors: readonly ServedExecutor[], clock: Clock) {
    this.#lives = executors.map((served) => new ExecutorLife(served, clock));
  }

  get areReady(): boolean {
    return this.#lives.every(({ isReady }) => isReady);
  }

  /** Rejects with what the first one says that can't be opened; the next call tries again those that were not. */
  async open(): Promise<void> {
    await Promise.all(this.#lives.map((life) => life.open()));
  }

  async close(withinMs: number): Promise<void> {
    await Promise.all(this.#lives.map((life) => life.close(withinMs)));
  }
}

/** Opens what one executor needs, such as threads. */
class ExecutorLife {
  readonly #executor: Executor;
  readonly #tasks: readonly TaskDefinition[];
  readonly #clock: Clock;
  #opened: Promise<void> | undefined;
  #isOpen = false;

  constructor({ executor, tasks }: ServedExecutor, clock: Clock) {
    this.#executor = executor;
    this.#tasks = tasks;
    this.#clock = clock;
  }

  /** Nothing is to be opened, or all is: then nothing is waited for. */
  get isReady(): boolean {
    return this.#isOpen || this.#executor.open === undefined;
  }

  /** Rejects with what the executor says; the next call tries again. */
  open(): Promise<void> {
    if (this.#opened === undefined) {
      const opening = (async () => {
        await this.#executor.open?.(this.#tasks);
        this.#isOpen = true;
      })();
      this.#opened = opening;
      opening.catch(() => {
        this.#opened = undefined;
      });
    }
    return this.#opened;
  }

  /** Waits so long at most, whatever the executor does. It is closed at once, though it is still opening: that may never end. */
  async close(withinMs: number): Promise<void> {
    const { close } = this.#executor;
    if (close === undefined || (this.#executor.open !== undefined && this.#opened === undefined)) return;
    await atMost(this.#clock, withinMs, (async () => close.call(this.#executor))());
  }
}
