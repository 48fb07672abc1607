import type { Call, CallEnd, ExecutorParts, TaskRequest, Work } from '../calls/index.js';
import { type Failure, statedFailure, toFailure } from '../model/failure.js';
import type { Json } from '../model/json.js';
import type { FromPlace, ToPlace } from './protocol.js';

/** What makes a call, once there is a place for it. */
export interface Maker {
  send(message: ToPlace): void;
  kill(): void;
}

/** What a place says about one of its calls. */
export type CallMessage = Exclude<FromPlace, { readonly say: 'ready' | 'unusable' }>;

/** A call that waits for a place, or is made in one. */
export class CallInPlace implements Call {
  readonly end: Promise<CallEnd>;
  readonly begun: Promise<void>;
  #begin: () => void = () => undefined;
  readonly #work: Work;
  readonly #parts: ExecutorParts;
  readonly #withdraw: (call: CallInPlace) => void;
  readonly #resolve: (end: CallEnd) => void;
  #maker: { readonly call: number; readonly place: Maker } | undefined;
  #abortReason: Error | undefined;
  #cancelKill: () => void = () => undefined;
  #isKilled = false;
  #isOver = false;

  /** @param withdraw is called when the call is over before there was a place for it */
  constructor(work: Work, parts: ExecutorParts, withdraw: (call: CallInPlace) => void) {
    let resolve: (end: CallEnd) => void = () => undefined;
    this.end = new Promise((onEnd) => {
      resolve = onEnd;
    });
    this.begun = new Promise((onBegun) => {
      this.#begin = onBegun;
    });
    this.#resolve = resolve;
    this.#work = work;
    this.#parts = parts;
    this.#withdraw = withdraw;
  }

  get path(): string {
    return this.#work.request.path;
  }

  /** There is a place for it, which knows it by this number. */
  begin(call: number, place: Maker): void {
    this.#maker = { call, place };
    // Executors are asked for tasks only.
    place.send({ do: 'call', call, request: this.#work.request as TaskRequest });
    this.#begin();
  }

  abort(reason: Error): void {
    if (this.#abortReason !== undefined || this.#isOver) return;
    this.#abortReason = reason;
    if (this.#maker === undefined) {
      this.#withdrawn(reason);
      return;
    }
    this.#maker.place.send({ do: 'abort', call: this.#maker.call, reason: toFailure(reason) });
    const { clock, graceMs } = this.#parts;
    if (graceMs !== Number.POSITIVE_INFINITY) this.#cancelKill = clock.after(graceMs, () => this.kill());
  }

  kill(): void {
    if (this.#isOver) return;
    this.#isKilled = true;
    if (this.#maker === undefined) this.#withdrawn(this.#abortReason ?? new Error('the call is not wanted any more'));
    else this.#maker.place.kill();
  }

  /** What the app's own code, such as its codec, throws about a message is no reason to end the app. */
  hear(message: CallMessage): void {
    try {
      this.#hear(message);
    } catch {
      // It is about what listeners hear: the call goes on without it.
    }
  }

  #hear(message: CallMessage): void {
    switch (message.say) {
      case 'save':
        void this.#save(message.save, message.data);
        break;
      case 'beat':
        if (!this.#isOver) this.#work.heartbeat();
        break;
      case 'progress':
        if (!this.#isOver) this.#work.progress(message.fraction, message.details);
        break;
      case 'emit':
        if (!this.#isOver) this.#emit(message.event, message.data);
        break;
      case 'end':
        this.#settle(message.end);
        break;
    }
  }

  /** It could not be handed to a place, and was never begun. */
  refuse(reason: unknown): void {
    this.#settle({ kind: 'failure', failure: toFailure(reason) });
  }

  /** Its place is gone, or there can be none: what it did, if it was begun, is not known. */
  lose(why: Failure): void {
    const message = `task '${this.path}' was called in a place that is gone: ${why.message}`;
    const failure: Failure = { ...statedFailure({ name: 'PlaceLostError', code: 'PLACE_LOST', message }), cause: why };
    // The call was aborted and its place is gone: it has ended as was asked, so it is not lost, and not called again.
    const isAwaited = this.#abortReason === undefined && !this.#isKilled;
    this.#settle({
      kind: isAwaited ? 'lost' : 'interrupted',
      failure: this.#abortReason === undefined ? failure : toFailure(this.#abortReason),
    });
  }

  #emit(event: string, data: Json | undefined): void {
    if (data === undefined) this.#work.emit(event);
    else this.#work.emit(event, this.#parts.codec.decode(data));
  }

  /** Nothing was done: it was never begun. */
  #withdrawn(reason: Error): void {
    this.#withdraw(this);
    this.refuse(reason);
  }

  async #save(save: number, data: Json): Promise<void> {
    const { call, place } = this.#maker as { readonly call: number; readonly place: Maker };
    try {
      await this.#work.save(data);
      place.send({ do: 'saved', call, save });
    } catch (refused) {
      place.send({ do: 'saved', call, save, failure: toFailure(refused) });
    }
  }

  #settle(end: CallEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelKill();
    this.#resolve(end);
  }
}
