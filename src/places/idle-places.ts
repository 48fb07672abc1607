import type { Clock } from '../model/clock.js';
import type { Place } from './place.js';

/** What is due of places, not of runs: this process does not stay alive for it, and a clock that skips time does not skip to it. */
export const UPKEEP = { keepsAlive: false, upkeep: true };

/**
 * Places that have nothing to do. The one that was busy last is taken first, so that others have nothing to do for long, and end.
 * Calls come and go by the thousand: so there is one timer for all of them, and none for each rest.
 */
export class IdlePlaces {
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #end: (place: Place) => void;
  /** In the order in which they came to rest, and since when: what is taken is at the end, what ends at the beginning. */
  readonly #resting: { readonly place: Place; readonly sinceMs: number }[] = [];
  #cancel: (() => void) | undefined;

  /** @param end is called with a place that has had nothing to do for `idleMs`, and is not one of these any more */
  constructor(clock: Clock, idleMs: number, end: (place: Place) => void) {
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#end = end;
  }

  add(place: Place): void {
    this.#resting.push({ place, sinceMs: this.#clock.monotonicMs() });
    this.#watch();
  }

  take(): Place | undefined {
    return this.#resting.pop()?.place;
  }

  /** It is none of these any more, if it was. */
  delete(place: Place): void {
    const at = this.#resting.findIndex((resting) => resting.place === place);
    if (at >= 0) this.#resting.splice(at, 1);
  }

  /** Nothing ends by itself from now on. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Looks again when the one that has rested for longest may end; it may have been taken by then. */
  #watch(): void {
    const [oldest] = this.#resting;
    if (oldest === undefined || this.#cancel !== undefined || this.#idleMs === Number.POSITIVE_INFINITY) return;
    const restedMs = this.#clock.monotonicMs() - oldest.sinceMs;
    this.#cancel = this.#clock.after(Math.max(0, this.#idleMs - restedMs), () => this.#look(), UPKEEP);
  }

  #look(): void {
    this.#cancel = undefined;
    const nowMs = this.#clock.monotonicMs();
    while (this.#resting[0] !== undefined && nowMs - this.#resting[0].sinceMs >= this.#idleMs) {
      const [rested] = this.#resting.splice(0, 1);
      if (rested !== undefined) this.#end(rested.place);
    }
    this.#watch();
  }
}
