import type { Clock } from '../model/clock.js';

/** The longest that a timer can wait; whoever is woken too early waits again. */
const LONGEST_SLEEP_MS = 2 ** 31 - 1;

/** Wakes a run when something is due, by the clock that only grows: one time, which the next one replaces. */
export class AlarmClock {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  set(untilMs: number): void {
    this.off();
    const delayMs = Math.min(LONGEST_SLEEP_MS, Math.max(0, untilMs - this.#clock.monotonicMs()));
    this.#cancel = this.#clock.after(delayMs, this.#ring);
  }

  off(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
