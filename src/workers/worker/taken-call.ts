import { type Call, type CallEnd, savedTooLate, type TaskRequest, type Work } from '../../calls/index.js';
import type { Clock } from '../../model/clock.js';
import type { Codec } from '../../model/codec/codec.js';
import type { Failure } from '../../model/failure.js';
import { inWords } from '../../model/in-words.js';
import type { Json } from '../../model/json.js';
import type { CallMessage, CallName, TakenBefore, ToEngine } from '../wire/messages.js';

type Report = ToEngine extends infer One ? (One extends ToEngine ? Omit<One, 'call' | 'worker'> : never) : never;

/** Heartbeats of code are not sent more often. */
const BEAT_MS = 100;

/** How a call in the hands of a worker reaches its engine. */
export interface EngineLink {
  /** Resolves when it is sure to arrive. */
  say(call: CallName, report: Report): Promise<void>;
  beat(call: CallName): void;
}

interface TakenParts {
  readonly message: CallMessage;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly link: EngineLink;
}

/** A call that a worker has in hand: what its code says goes to the engine, and what the engine says about it comes here. */
export class TakenCall implements Work {
  readonly request: TaskRequest;
  readonly #parts: TakenParts;
  readonly #saves = new Map<number, { readonly data: Json; resolve(): void; reject(reason: Error): void }>();
  readonly #saying = new Set<Promise<void>>();
  #name: CallName;
  /** That of the run, when its engine has asked for the call. */
  #fence: number;
  #begunMs: number | undefined;
  #hasEnded = false;
  #saveCount = 0;
  #beatMs = Number.NEGATIVE_INFINITY;
  #call: Call | undefined;
  #abortReason: Error | undefined;
  #isKilled = false;

  constructor(parts: TakenParts) {
    const { engine, call, request } = parts.message;
    this.request = request;
    this.#name = { engine, call };
    this.#fence = request.fence;
    this.#parts = parts;
  }

  /** By which its engine names it. */
  get name(): CallName {
    return this.#name;
  }

  get work(): string {
    return this.#parts.message.work;
  }

  /** It was told to end, or is not waited for: it need not say how it ended, but for a result. */
  get isUnwanted(): boolean {
    return this.#abortReason !== undefined || this.#isKilled;
  }

  /** Whether its end is still to come, and is wanted. */
  get isAwaited(): boolean {
    return !this.#hasEnded && !this.isUnwanted;
  }

  /**
   * An engine asks for it, as the one before it is gone, or has lost sight of it: from now on it is that one's, and hears of it. Says whether
   * that is so: not where the run is another one's since.
   */
  moveTo({ engine, call }: CallName, fence: number): boolean {
    const isSame = engine === this.#name.engine && fence === this.#fence;
    if (!this.isAwaited || fence < this.#fence || (isSame ? call < this.#name.call : fence === this.#fence)) return false;
    this.#name = { engine, call };
    this.#fence = fence;
    return true;
  }

  /** Tells the engine that it was moved to what it has to know. What the code saves, and no answer has come to, is saved once more. */
  tellAgain(queue: string): void {
    const { clock } = this.#parts;
    const before: TakenBefore = { queue, agoMs: this.#begunMs === undefined ? 0 : Math.max(0, clock.monotonicMs() - this.#begunMs) };
    this.#say({ say: 'took', hasBegun: this.#begunMs !== undefined, ...before });
    for (const [save, { data }] of this.#saves) this.#saySave(save, data);
  }

  /** This is what makes it. Its engine hears that it is in hand, and when its code begins. */
  takes(call: Call): void {
    this.#call = call;
    if (call.begun === undefined) this.#begins();
    this.#say({ say: 'took', hasBegun: this.#begunMs !== undefined });
    void call.begun?.then(() => {
      this.#begins();
      this.#say({ say: 'begun' });
    });
    if (this.#abortReason !== undefined) call.abort(this.#abortReason);
    if (this.#isKilled) call.kill();
  }

  abort(reason: Failure): void {
    const { name, message, code } = reason;
    this.#abortReason ??= Object.assign(new Error(message), { name, ...(code === undefined ? {} : { code }) });
    this.#call?.abort(this.#abortReason);
  }

  kill(reason: Failure): void {
    this.abort(reason);
    this.#isKilled = true;
    this.#call?.kill();
  }

  /** The answer of the engine to a save. */
  saved(save: number, failure?: Failure): void {
    const waiting = this.#saves.get(save);
    this.#saves.delete(save);
    if (failure === undefined) waiting?.resolve();
    else waiting?.reject(Object.assign(new Error(failure.message), { name: failure.name, ...(failure.code && { code: failure.code }) }));
  }

  save(data: Json): Promise<void> {
    const save = ++this.#saveCount;
    return new Promise((resolve, reject) => {
      this.#saves.set(save, { data, resolve, reject });
      this.#saySave(save, data);
    });
  }

  progress(fraction: number, details?: Json): void {
    this.#say({ say: 'progress', fraction, ...(details === undefined ? {} : { details }) });
  }

  heartbeat(): void {
    const nowMs = this.#parts.clock.monotonicMs();
    if (nowMs - this.#beatMs < BEAT_MS) return;
    this.#beatMs = nowMs;
    this.#parts.link.beat(this.#name);
  }

  emit(event: string, data?: unknown): void {
    this.#say({ say: 'emit', event, ...(data === undefined ? {} : { data: this.#encoded(data) }) });
  }

  callHere(): Call {
    throw new TypeError('a worker makes its calls by itself, in threads(…) or in processes(…): give it no other executor');
  }

  /** All that the code has said is there before how it ended. What saves still wait for is not heard any more. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#saying]);
    for (const { reject } of this.#saves.values()) reject(savedTooLate());
    this.#saves.clear();
  }

  async end(end: CallEnd): Promise<void> {
    this.#hasEnded = true;
    await this.#parts.link.say(this.#name, { say: 'end', work: this.work, end });
  }

  #begins(): void {
    this.#begunMs ??= this.#parts.clock.monotonicMs();
  }

  #saySave(save: number, data: Json): void {
    this.#say({ say: 'save', save, data }, (refused) => this.#saves.get(save)?.reject(refused));
  }

  #say(report: Report, onRefused: (refused: Error) => void = () => undefined): void {
    const saying = this.#parts.link.say(this.#name, report).catch(onRefused);
    this.#saying.add(saying);
    void saying.then(() => this.#saying.delete(saying));
  }

  #encoded(data: unknown): Json {
    try {
      return this.#parts.codec.encode(data);
    } catch {
      return inWords(data);
    }
  }
}
