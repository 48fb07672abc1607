import type { Clock } from '../../model/clock.js';
import type { CommitEnd } from '../../model/transaction-port.js';
import type { CallOutcome } from '../state/protocol.js';

/**
 * A task that has ended with a transaction of the user's: the step that says so is to be the last thing in it. Between the
 * task, which holds the transaction, and the loop, which writes: the loop answers `written`, then the task says how COMMIT
 * `ended`, and where that is in doubt the loop's `verdict` tells the task.
 */
export class Commitment {
  readonly outcome: CallOutcome;
  readonly path: string;
  readonly transaction: unknown;
  readonly #written = deferred<void>();
  readonly #ended = deferred<CommitEnd>();
  readonly #verdict = deferred<boolean>();

  constructor(outcome: CallOutcome, path: string, transaction: unknown) {
    this.outcome = outcome;
    this.path = path;
    this.transaction = transaction;
  }

  /** For the task: resolves when it may commit. */
  get written(): Promise<void> {
    return this.#written.promise;
  }

  /** For the task: says how COMMIT ended, and hears whether it did its work. */
  conclude(end: CommitEnd): Promise<boolean> {
    this.#ended.resolve(end);
    return end === 'in-doubt' ? this.#verdict.promise : Promise.resolve(end === 'committed');
  }

  /** For the loop: what it writes with, until the run is given up. */
  untilGivenUp<Result>(writing: Promise<Result>): Promise<Result> {
    return Promise.race([writing, this.#ended.promise.then(() => writing)]);
  }

  /** For the loop: lets the task commit, and waits for what becomes of that; too long without an answer is a doubt. */
  async accept(clock: Clock, timeoutMs: number): Promise<CommitEnd> {
    const cancel = clock.after(timeoutMs, () => this.#ended.resolve('in-doubt'));
    this.#written.resolve();
    try {
      return await this.#ended.promise;
    } finally {
      cancel();
    }
  }

  judge(isThere: boolean): void {
    this.#verdict.resolve(isThere);
  }

  /** Whoever waits hears why it can't be; what is settled stays so. */
  refuse(reason: unknown): void {
    for (const { reject } of [this.#written, this.#ended, this.#verdict]) reject(reason);
  }
}

interface Deferred<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(reason: unknown): void;
}

/** It may be rejected when nothing awaits it: that is no unhandled rejection. */
function deferred<Value>(): Deferred<Value> {
  let resolve: Deferred<Value>['resolve'] = () => undefined;
  let reject: Deferred<Value>['reject'] = () => undefined;
  const promise = new Promise<Value>((onValue, onReason) => {
    resolve = onValue;
    reject = onReason;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
