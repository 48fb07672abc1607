import { type Failure, toFailure } from '../model/failure.js';
import type { CallInPlace } from './call-in-place.js';
import { type FromPlace, type Line, messageFrom, type ToPlace } from './protocol.js';

export type Ready = Extract<FromPlace, { readonly say: 'ready' }>;

/** A place as its app knows it: it makes one call at a time. */
export class Place {
  /** Resolves when it can make calls; rejects when it never can. */
  readonly ready: Promise<void>;
  /** Resolves when nothing of it runs any more, with the reason. */
  readonly gone: Promise<Failure>;
  readonly #line: Line;
  #reject: (reason: unknown) => void = () => undefined;
  readonly #free: (place: Place) => void;
  #call: { readonly id: number; readonly call: CallInPlace } | undefined;
  #callCount = 0;
  #isEnding = false;
  #isKilled = false;
  #isGone = false;

  /**
   * @param check what the place says that it can do. What it throws is why the place can't be used
   * @param free is called when a call has ended
   */
  constructor(line: Line, check: (ready: Ready) => void, free: (place: Place) => void) {
    this.#line = line;
    this.#free = free;
    let onGone: (why: Failure) => void = () => undefined;
    this.gone = new Promise((resolve) => {
      onGone = resolve;
    });
    this.ready = new Promise((resolve, reject) => {
      this.#reject = reject;
      let isReady = false;
      line.listen({
        message: (heard) => {
          const message = messageFrom(heard);
          if (message === undefined) return;
          if (message.say !== 'ready' && message.say !== 'unusable') return this.#hear(message);
          // Said first, and once: what says it later is code of a task.
          if (isReady) return;
          try {
            if (message.say === 'unusable') throw new Unusable(message.failure);
            check(message);
            isReady = true;
            resolve();
          } catch (error) {
            this.refuse(error);
          }
        },
        gone: (why) => {
          this.#isGone = true;
          reject(new Unusable({ ...why, message: `${why.message}, while its module was imported or its services were made` }));
          this.#call?.call.lose(why);
          this.#call = undefined;
          onGone(why);
        },
      });
    });
    this.ready.then(
      () => this.#rest(),
      () => undefined,
    );
  }

  /** It can't be used, and is ended for that. */
  refuse(reason: unknown): void {
    this.#reject(reason);
    this.kill();
  }

  /** How many calls it has been given. */
  get callCount(): number {
    return this.#callCount;
  }

  get isBusy(): boolean {
    return this.#call !== undefined;
  }

  /** It is to end, or was: its end is no accident. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  take(call: CallInPlace): void {
    const id = ++this.#callCount;
    this.#call = { id, call };
    this.#line.keepAlive(true);
    try {
      call.begin(id, { send: (message) => this.#send(message), kill: () => this.kill() });
    } catch (error) {
      this.#call = undefined;
      call.refuse(error);
      this.#done();
    }
  }

  /** Lets it close its services and end. */
  end(): void {
    this.#isEnding = true;
    this.#line.keepAlive(true);
    this.#send({ do: 'close' });
  }

  /** Ends it by force, and no accident either: nothing takes its place. */
  discard(): void {
    this.#isEnding = true;
    this.kill();
  }

  kill(): void {
    this.#isKilled = true;
    if (!this.#isGone) this.#line.kill();
  }

  #send(message: ToPlace): void {
    if (!this.#isGone) this.#line.send(message);
  }

  #hear(message: Exclude<FromPlace, { readonly say: 'ready' | 'unusable' }>): void {
    // Of an earlier call: its code still runs in the place, and its messages are dropped.
    if (this.#call?.id !== message.call) return;
    const { call } = this.#call;
    if (message.say !== 'end') {
      call.hear(message);
      return;
    }
    this.#call = undefined;
    call.hear(message);
    this.#done();
  }

  /** It may have another call. One that was killed may have ended its own just before: it gets none. */
  #done(): void {
    if (!this.#isKilled) this.#free(this);
    if (this.#call === undefined) this.#rest();
  }

  /** This process does not stay alive for a place that has nothing to do. */
  #rest(): void {
    if (!this.#isEnding) this.#line.keepAlive(false);
  }
}

/** Why a place can't make calls. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
  constructor(readonly failure: Failure) {
    super(failure.message, { cause: failure });
  }
}

export function failureOf(reason: unknown): Failure {
  return reason instanceof Unusable ? reason.failure : toFailure(reason);
}
