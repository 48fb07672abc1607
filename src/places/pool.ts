import { atMost, type Clock } from '../model/clock.js';
import type { Failure } from '../model/failure.js';
import type { CallInPlace } from './call-in-place.js';
import { IdlePlaces, UPKEEP } from './idle-places.js';
import { failureOf, Place, type Ready, Unusable } from './place.js';
import type { Line } from './protocol.js';

/** How long a place that is to end may take to close its services. */
const CLOSING_MS = 3_000;

export interface PoolParts {
  readonly size: number;
  readonly maxCalls: number;
  readonly idleMs: number;
  readonly startTimeoutMs: number;
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
  readonly #idle: IdlePlaces;
  readonly #waiting: CallInPlace[] = [];
  #isClosed = false;

  constructor(parts: PoolParts) {
    this.#parts = parts;
    this.#idle = new IdlePlaces(parts.clock, parts.idleMs, (place) => this.#end(place));
  }

  /** Starts all places. @throws what the first one that can't be used says; then none is left, unless it can't be ended */
  async open(): Promise<void> {
    const places: Place[] = [];
    try {
      for (let count = 0; count < this.#parts.size; count++) places.push(this.#start());
      await Promise.all(places.map(({ ready }) => ready));
    } catch (error) {
      for (const place of places) place.discard();
      // Native code in a thread can't be ended, and whoever waits hears all the same.
      await atMost(this.#parts.clock, CLOSING_MS, Promise.all(places.map(({ gone }) => gone)));
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

  /** Ends all places: at once those that make a call, as its end is not wanted any more. Resolves when they are gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#idle.close();
    for (const call of [...this.#waiting]) call.kill();
    for (const place of [...this.#places]) {
      if (place.isBusy || this.#starting.has(place)) place.discard();
      else this.#end(place);
    }
    await Promise.all([...this.#places].map(({ gone }) => gone));
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const place = this.#idle.take();
      if (place !== undefined) place.take(this.#waiting.shift() as CallInPlace);
      else if (this.#starting.size < this.#waiting.length && this.#places.size < this.#parts.size) this.#tryStart();
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
    const cancel = this.#boundStart(place);
    place.ready.then(
      () => {
        cancel();
        this.#starting.delete(place);
        this.#free(place);
      },
      (error) => {
        cancel();
        unusable = failureOf(error);
      },
    );
    void place.gone.then((why) => this.#gone(place, unusable ?? why));
    return place;
  }

  /** A module may never be imported, and services may never be made. @returns what ends the bound */
  #boundStart(place: Place): () => void {
    const { clock, startTimeoutMs } = this.#parts;
    if (startTimeoutMs === Number.POSITIVE_INFINITY) return () => undefined;
    const message = `it was not ready after ${startTimeoutMs} ms (startTimeoutMs): its module was still being imported, or its services made`;
    return clock.after(startTimeoutMs, () => place.refuse(new Unusable({ name: 'TimeoutError', message })), UPKEEP);
  }

  #free(place: Place): void {
    if (this.#isClosed || place.callCount >= this.#parts.maxCalls) {
      this.#end(place);
      return;
    }
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#idle.add(place);
    else place.take(waiting);
  }

  #end(place: Place): void {
    this.#idle.delete(place);
    if (place.isEnding) return;
    place.end();
    const cancel = this.#parts.clock.after(CLOSING_MS, () => place.kill(), { upkeep: true });
    void place.gone.then(cancel);
  }

  #gone(place: Place, why: Failure): void {
    this.#idle.delete(place);
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
