import type { Clock } from '../../model/clock.js';

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
    const delayMs = Math.max(0, untilMs - this.#clock.monotonicMs());
    // No timer waits for longer than some weeks: whoever is woken too early waits again.
    this.#cancel = this.#clock.after(delayMs, this.#ring);
  }

  off(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
