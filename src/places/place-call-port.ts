import { type CallPort, type Controller, endOfCall, newController, savedTooLate, type TaskRequest } from '../calls/index.js';
import { systemClock } from '../model/clock.js';
import type { Codec } from '../model/codec/codec.js';
import { TransactionError } from '../model/errors.js';
import { inWords } from '../model/in-words.js';
import type { Json } from '../model/json.js';
import type { CommitEnd, TransactionPort } from '../model/transaction-port.js';
import type { PlacePort } from './protocol.js';

interface PlaceCall {
  readonly call: number;
  readonly request: TaskRequest;
  readonly send: PlacePort['send'];
  readonly codec: Codec;
}

/** Beats and progress are not sent more often. */
const REPORT_MS = 5;

interface Progress {
  readonly fraction: number;
  readonly details?: Json | undefined;
}

/** How the code of a call in a place reaches its run: by messages to the app. What it says after its end is dropped. */
export class PlaceCallPort implements CallPort, TransactionPort {
  readonly #call: PlaceCall;
  /** Made when it saves: most calls do not. */
  #saves: Map<number, { resolve(): void; reject(reason: Error): void }> | undefined;
  readonly makesSignal = true;
  #controller: Controller | undefined;
  #saveCount = 0;
  #beatMs = Number.NEGATIVE_INFINITY;
  #progressMs = Number.NEGATIVE_INFINITY;
  /** Is sent a moment later, or before anything else that the call says. */
  #held: Progress | undefined;
  #cancelHeld: () => void = () => undefined;
  #isOver = false;

  constructor(call: PlaceCall) {
    this.#call = call;
  }

  get signal(): AbortSignal {
    this.#controller ??= newController();
    return this.#controller.signal;
  }

  /** Its result is not wanted any more. */
  abort(reason: Error): void {
    this.#controller ??= newController();
    this.#controller.abort(reason);
  }

  /** By the clock of this machine, which is that of the app. */
  get deadlineAtMs(): number | undefined {
    return endOfCall(this.#call.request, systemClock);
  }

  get transaction(): TransactionPort {
    return this;
  }

  save(data: Json): Promise<void> {
    if (this.#isOver) return Promise.reject(savedTooLate());
    const { call, send } = this.#call;
    this.#sendHeld();
    const save = ++this.#saveCount;
    this.#saves ??= new Map();
    const saves = this.#saves;
    return new Promise((resolve, reject) => {
      saves.set(save, { resolve, reject });
      send({ say: 'save', call, save, data });
    });
  }

  /** The answer of the app to a save. */
  saved(save: number, failure?: Error): void {
    const waiting = this.#saves?.get(save);
    this.#saves?.delete(save);
    if (failure === undefined) waiting?.resolve();
    else waiting?.reject(failure);
  }

  /** Of a loop that says it a million times a second, the last one in each {@link REPORT_MS}. Details stay until there are new ones. */
  progress(fraction: number, details: Json | undefined = this.#held?.details): void {
    if (this.#isOver) return;
    const isHeld = this.#held !== undefined;
    this.#held = { fraction, details };
    const nowMs = systemClock.monotonicMs();
    if (nowMs - this.#progressMs >= REPORT_MS) this.#sendHeld(nowMs);
    else if (!isHeld) this.#cancelHeld = systemClock.after(REPORT_MS, () => this.#sendHeld(), { keepsAlive: false });
  }

  #sendHeld(nowMs = systemClock.monotonicMs()): void {
    if (this.#held === undefined) return;
    const { call, send } = this.#call;
    const { fraction, details } = this.#held;
    this.#cancelHeld();
    this.#held = undefined;
    this.#progressMs = nowMs;
    send({ say: 'progress', call, fraction, ...(details === undefined ? {} : { details }) });
  }

  /** Not each of a loop that says it a million times a second. */
  heartbeat(): void {
    const { call, send } = this.#call;
    const nowMs = systemClock.monotonicMs();
    if (this.#isOver || nowMs - this.#beatMs < REPORT_MS) return;
    this.#beatMs = nowMs;
    send({ say: 'beat', call });
  }

  /** Listeners are in the process of the app: what can't be sent there is named to them. */
  emit(event: string, data?: unknown): void {
    if (this.#isOver) return;
    const { call, send } = this.#call;
    this.#sendHeld();
    send({ say: 'emit', call, event, ...(data === undefined ? {} : { data: this.#encoded(data) }) });
  }

  #encoded(data: unknown): Json {
    try {
      return this.#call.codec.encode(data);
    } catch {
      return inWords(data);
    }
  }

  /**
   * The run is written in another process, so no transaction of this one can take part. What is being undone is not refused for
   * that: its transaction is a plain one.
   *
   * @throws TransactionError `TRANSACTION_ELSEWHERE` for execute
   */
  open(): void {
    const { phase, path } = this.#call.request;
    if (phase === 'execute') throw new TransactionError('TRANSACTION_ELSEWHERE', path);
  }

  async write(): Promise<void> {
    // The step is written when the call has ended.
  }

  async conclude(end: CommitEnd): Promise<boolean> {
    return end === 'committed';
  }

  /** The code has ended. */
  close(): void {
    this.#sendHeld();
    this.#isOver = true;
  }

  /** Whether nothing can come of it any more: the app answers each save, also after the end. */
  get isDone(): boolean {
    return this.#isOver && (this.#saves?.size ?? 0) === 0;
  }
}
