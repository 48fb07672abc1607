import type { Clock } from '../../model/clock.js';

/** The clock of a server, as its answers say it: as near as they let one know, and never back but when it was set back. */
export class ServerClock {
  readonly #clock: Clock;
  /** What is added to monotonic time. */
  #offsetMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  nowMs(): number {
    return Math.floor(this.#offsetMs === undefined ? this.#clock.nowMs() : this.#clock.monotonicMs() + this.#offsetMs);
  }

  /** When an answer was made, it was from `fromMs` up to `toMs` there; it was asked for at `sentAtMs` of monotonic time here. */
  heard(fromMs: number, toMs: number, sentAtMs: number): void {
    const receivedAtMs = this.#clock.monotonicMs();
    // The least and the most that the offset can be.
    const [least, most] = [fromMs - receivedAtMs, toMs - sentAtMs];
    if (this.#offsetMs === undefined || this.#offsetMs < least || this.#offsetMs > most) this.#offsetMs = least;
  }
}
