import { type Call, type CallEnd, savedTooLate, type TaskRequest, type Work } from '../../calls/index.js';
import type { Clock } from '../../model/clock.js';
import type { Codec } from '../../model/codec/codec.js';
import type { Failure } from '../../model/failure.js';
import { inWords } from '../../model/in-words.js';
import type { Json } from '../../model/json.js';
import type { CallMessage, CallName, ToEngine } from '../wire/messages.js';

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
  readonly name: CallName;
  readonly #parts: TakenParts;
  readonly #saves = new Map<number, { resolve(): void; reject(reason: Error): void }>();
  readonly #saying = new Set<Promise<void>>();
  #saveCount = 0;
  #beatMs = Number.NEGATIVE_INFINITY;
  #call: Call | undefined;
  #abortReason: Error | undefined;
  #isKilled = false;

  constructor(parts: TakenParts) {
    const { engine, call, request } = parts.message;
    this.request = request;
    this.name = { engine, call };
    this.#parts = parts;
  }

  get work(): string {
    return this.#parts.message.work;
  }

  /** It was told to end, or is not waited for: it need not say how it ended, but for a result. */
  get isUnwanted(): boolean {
    return this.#abortReason !== undefined || this.#isKilled;
  }

  /** This is what makes it. Its engine hears that it is in hand, and when its code begins. */
  takes(call: Call): void {
    this.#call = call;
    this.#say({ say: 'took', hasBegun: call.begun === undefined });
    void call.begun?.then(() => this.#say({ say: 'begun' }));
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
      this.#saves.set(save, { resolve, reject });
      this.#say({ say: 'save', save, data }, (refused) => this.#saves.get(save)?.reject(refused));
    });
  }

  progress(fraction: number, details?: Json): void {
    this.#say({ say: 'progress', fraction, ...(details === undefined ? {} : { details }) });
  }

  heartbeat(): void {
    const nowMs = this.#parts.clock.monotonicMs();
    if (nowMs - this.#beatMs < BEAT_MS) return;
    this.#beatMs = nowMs;
    this.#parts.link.beat(this.name);
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
    await this.#parts.link.say(this.name, { say: 'end', work: this.work, end });
  }

  #say(report: Report, onRefused: (refused: Error) => void = () => undefined): void {
    const saying = this.#parts.link.say(this.name, report).catch(onRefused);
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
