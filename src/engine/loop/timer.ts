import type { Clock } from '../../model/clock.js';

/** Wakes a run when something is due, by the clock that only grows: one time, which the next one replaces. */
export class Timer {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  set(untilMs: number): void {
    this.off();
    const delayMs = Math.max(0, untilMs - this.#clock.monotonicMs());
    // A timer of Node waits for 24 days at most: the loop that it wakes before the time sets it again.
    this.#cancel = this.#clock.after(delayMs, this.#onDue);
  }

  off(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
