import type { Clock } from '../model/clock.js';
import type { Failure } from '../model/failure.js';
import type { CallInPlace } from './call-in-place.js';
import { failureOf, Place, type Ready } from './place.js';
import type { Line } from './protocol.js';

/** A place that was told to end has so long to close its services. */
const CLOSING_MS = 3_000;

export interface PoolParts {
  readonly size: number;
  readonly maxCalls: number;
  readonly idleMs: number;
  readonly clock: Clock;
  /** Begins a new place. */
  start(): Line;
  /** @throws what is wrong with what a place can do */
  check(ready: Ready): void;
}

/**
 * At most `size` places. One that dies is replaced, one that has made `maxCalls` calls is renewed, and one that has had nothing
 * to do for `idleMs` ends, and begins again when a call waits for it. There is room for a new one when the old one is really gone.
 */
export class Pool {
  readonly #parts: PoolParts;
  readonly #places = new Set<Place>();
  readonly #starting = new Set<Place>();
  /** The one that was busy last is taken first, so that others have nothing to do for long. Each with what cancels its end. */
  readonly #idle = new Map<Place, () => void>();
  readonly #waiting: CallInPlace[] = [];
  #isClosed = false;

  constructor(parts: PoolParts) {
    this.#parts = parts;
  }

  /** Starts all places. @throws what the first one that can't be used says; then none is left */
  async open(): Promise<void> {
    const places: Place[] = [];
    try {
      for (let count = 0; count < this.#parts.size; count++) places.push(this.#start());
      await Promise.all(places.map(({ ready }) => ready));
    } catch (error) {
      for (const place of places) place.discard();
      await Promise.all(places.map(({ gone }) => gone));
      throw error;
    }
  }

  give(call: CallInPlace): void {
    this.#waiting.push(call);
    this.#serve();
  }

  withdraw(call: CallInPlace): void {
    const at = this.#waiting.indexOf(call);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  /** Ends all places: at once those that do something, as nobody waits for it. Resolves when they are gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const call of [...this.#waiting]) call.kill();
    for (const place of [...this.#places]) {
      if (place.isBusy || this.#starting.has(place)) place.discard();
      else this.#end(place);
    }
    await Promise.all([...this.#places].map(({ gone }) => gone));
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const place = [...this.#idle.keys()].at(-1);
      if (place !== undefined) {
        this.#take(place);
        place.take(this.#waiting.shift() as CallInPlace);
      } else if (this.#starting.size < this.#waiting.length && this.#places.size < this.#parts.size) this.#tryStart();
      else return;
    }
  }

  /** Where the machine lets nothing more begin, that costs a call, and the next one tries again. */
  #tryStart(): void {
    try {
      this.#start();
    } catch (error) {
      this.#waiting.shift()?.lose(failureOf(error));
    }
  }

  #start(): Place {
    const place = new Place(this.#parts.start(), this.#parts.check, (free) => this.#free(free));
    this.#places.add(place);
    this.#starting.add(place);
    let unusable: Failure | undefined;
    place.ready.then(
      () => {
        this.#starting.delete(place);
        this.#free(place);
      },
      (error) => {
        unusable = failureOf(error);
      },
    );
    void place.gone.then((why) => this.#gone(place, unusable ?? why));
    return place;
  }

  #free(place: Place): void {
    const { clock, maxCalls, idleMs } = this.#parts;
    if (this.#isClosed || place.callCount >= maxCalls) {
      this.#end(place);
      return;
    }
    const cancel =
      idleMs === Number.POSITIVE_INFINITY ? () => undefined : clock.after(idleMs, () => this.#end(place), { keepsAlive: false });
    this.#idle.set(place, cancel);
    this.#serve();
  }

  /** It is not idle any more. */
  #take(place: Place): void {
    this.#idle.get(place)?.();
    this.#idle.delete(place);
  }

  #end(place: Place): void {
    this.#take(place);
    if (place.isEnding) return;
    place.end();
    const cancel = this.#parts.clock.after(CLOSING_MS, () => place.kill());
    void place.gone.then(cancel);
  }

  #gone(place: Place, why: Failure): void {
    this.#take(place);
    this.#places.delete(place);
    const neverReady = this.#starting.delete(place);
    if (this.#isClosed) return;
    // Otherwise calls would wait for ever for a module that can't be imported any more.
    if (neverReady) this.#waiting.shift()?.lose(why);
    // One that dies before it has made a call would only die again and again.
    else if (place.callCount > 0 && (!place.isEnding || place.callCount >= this.#parts.maxCalls)) this.#tryStart();
    this.#serve();
  }
}
