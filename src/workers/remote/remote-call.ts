import { type Call, type CallEnd, type ExecutorParts, savedTooLate, type TaskRequest, type Work } from '../../calls/index.js';
import { type Failure, statedFailure, toFailure } from '../../model/failure.js';
import type { ToEngine, ToWorker } from '../wire/messages.js';

/** A run that is given up meanwhile never says that an end is durable: so long the answer waits for it. */
const RECORDED_MS = 30_000;

type Order = ToWorker extends infer One ? (One extends ToWorker ? Omit<One, 'engine' | 'call'> : never) : never;
type Report = Extract<ToEngine, { readonly say: 'save' | 'progress' | 'emit' }>;

/** What a call needs of its executor. */
export interface CallLink {
  tell(worker: string, call: number, order: Order): void;
  /** Nobody is known to have begun it, and nobody is to. */
  withdraw(call: RemoteCall): void;
  /** It is over: nothing is expected of it any more. */
  over(call: RemoteCall): void;
}

/** A call that is made on another machine: it waits for a worker, lies in the queue of a task set, or is in the hands of a worker. */
export class RemoteCall implements Call {
  readonly number: number;
  readonly request: TaskRequest;
  readonly end: Promise<CallEnd>;
  /** With how long ago that was, in milliseconds, of a call that was begun for another engine. */
  readonly begun: Promise<number>;
  /** The queue that it was given to. */
  queue: string | undefined;
  /** When it, or its worker, was heard of last. */
  heardMs = 0;
  readonly #work: Work;
  readonly #parts: ExecutorParts;
  readonly #link: CallLink;
  #begin: (agoMs: number) => void = () => undefined;
  #resolve: (end: CallEnd) => void = () => undefined;
  #worker: string | undefined;
  #abortReason: Error | undefined;
  #isKilled = false;
  #isOver = false;
  #cancelKill: () => void = () => undefined;
  /** Lets the answer go that says how it ended. */
  #release: () => void = () => undefined;

  constructor(number: number, work: Work, parts: ExecutorParts, link: CallLink) {
    this.number = number;
    // Executors are asked for tasks only.
    this.request = work.request as TaskRequest;
    this.#work = work;
    this.#parts = parts;
    this.#link = link;
    this.end = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
  }

  /** The piece of work: the same for each call of it. */
  get name(): string {
    const { idempotencyKey, phase, turn } = this.request;
    return `${idempotencyKey}/${phase}/${turn}`;
  }

  get worker(): string | undefined {
    return this.#worker;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether nobody wants it to be begun. */
  get isUnwanted(): boolean {
    return this.#isOver || this.#abortReason !== undefined;
  }

  abort(reason: Error): void {
    if (this.#abortReason !== undefined || this.#isOver) return;
    this.#abortReason = reason;
    if (this.queue === undefined) {
      this.#link.withdraw(this);
      this.refuse(reason);
      return;
    }
    if (this.#worker === undefined) this.#link.withdraw(this);
    else this.#link.tell(this.#worker, this.number, { say: 'abort', reason: toFailure(reason) });
    const { clock, graceMs } = this.#parts;
    if (graceMs !== Number.POSITIVE_INFINITY) this.#cancelKill = clock.after(graceMs, () => this.kill());
  }

  kill(): void {
    this.#release();
    if (this.#isOver || this.#isKilled) return;
    this.#isKilled = true;
    const reason = this.#abortReason ?? new Error('the call is not wanted any more');
    if (this.#worker !== undefined) this.#link.tell(this.#worker, this.number, { say: 'kill' });
    else {
      this.#link.withdraw(this);
      // One that was given to nobody has done nothing; of another one that is not known.
      if (this.queue === undefined) this.refuse(reason);
      else this.#settle({ kind: 'interrupted', failure: toFailure(reason) });
    }
  }

  recorded(): void {
    this.#release();
  }

  /** A worker has it in hand. @param agoMs how long ago its code began */
  taken(worker: string, hasBegun: boolean, agoMs = 0): void {
    this.#worker = worker;
    if (hasBegun) this.#begin(agoMs);
    if (this.#abortReason !== undefined) this.#link.tell(worker, this.number, { say: 'abort', reason: toFailure(this.#abortReason) });
    if (this.#isKilled) this.#link.tell(worker, this.number, { say: 'kill' });
  }

  /** Its code begins there. */
  begins(worker: string): void {
    if (worker === this.#worker) this.#begin(0);
  }

  /** The code has said something. What the app's own code throws about it, such as its codec, is no reason to end the app. */
  hear(report: Report): void {
    try {
      if (report.say === 'save') void this.#save(report);
      else if (report.say === 'progress') this.#work.progress(report.fraction, report.details);
      else if (report.data === undefined) this.#work.emit(report.event);
      else this.#work.emit(report.event, this.#parts.codec.decode(report.data));
    } catch {
      // It is about what listeners hear: the call goes on without it.
    }
  }

  beat(): void {
    if (!this.#isOver) this.#work.heartbeat();
  }

  /** It has ended. Resolves when that is durable, or nobody waits for it. */
  ended(end: CallEnd): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    // A worker that ends a call which was aborted, because its place is gone, has done as it was asked.
    const isLost = end.kind === 'lost';
    if (isLost) this.lose(end.failure);
    else this.#settle(end);
    if (isLost || this.#isKilled) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(RECORDED_MS, resolve, { keepsAlive: false, upkeep: true });
      this.#release = () => {
        cancel();
        resolve();
      };
    });
  }

  /** An end that nobody waits for any more. */
  late(end: CallEnd): void {
    this.#work.late?.(end);
  }

  /** It can't be given to anybody, and was never begun. */
  refuse(reason: unknown): void {
    this.#settle({ kind: 'failure', failure: toFailure(reason) });
  }

  /** Nobody has begun it for too long. */
  expire(failure: Failure): void {
    this.#link.withdraw(this);
    this.#settle({ kind: this.queue === undefined ? 'failure' : 'interrupted', failure });
  }

  /** Its worker is gone: what it did, if it was begun, is not known. */
  lose(why: Failure): void {
    const message = `task '${this.request.path}' was called by a worker that is gone: ${why.message}`;
    const failure: Failure = { ...statedFailure({ name: 'PlaceLostError', code: 'PLACE_LOST', message }), cause: why };
    const isAwaited = this.#abortReason === undefined && !this.#isKilled;
    this.#settle({
      kind: isAwaited ? 'lost' : 'interrupted',
      failure: this.#abortReason === undefined ? failure : toFailure(this.#abortReason),
    });
  }

  async #save({ worker, save, data }: Extract<Report, { readonly say: 'save' }>): Promise<void> {
    try {
      if (this.#isOver) throw savedTooLate();
      await this.#work.save(data);
      this.#link.tell(worker, this.number, { say: 'saved', save });
    } catch (refused) {
      this.#link.tell(worker, this.number, { say: 'saved', save, failure: toFailure(refused) });
    }
  }

  #settle(end: CallEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelKill();
    this.#link.over(this);
    this.#resolve(end);
  }
}
