import type { TaskDefinition } from '../../authoring/index.js';
import type { Executor } from '../../calls/index.js';
import { atMost, type Clock } from '../../model/clock.js';

/** Opens what the executor of an app needs, such as threads, before the first call, and closes it when the app stops. */
export class ExecutorLife {
  readonly #executor: Executor;
  readonly #clock: Clock;
  #opened: Promise<void> | undefined;
  #isOpen = false;

  constructor(executor: Executor, clock: Clock) {
    this.#executor = executor;
    this.#clock = clock;
  }

  /** Nothing is to be opened, or all is: then nothing is waited for. */
  get isReady(): boolean {
    return this.#isOpen || this.#executor.open === undefined;
  }

  /** Rejects with what the executor says; the next call tries again. */
  open(tasks: readonly TaskDefinition[]): Promise<void> {
    if (this.#opened === undefined) {
      const opening = (async () => {
        await this.#executor.open?.(tasks);
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
