import type { Clock } from '../../model/clock.js';
import { AppStoppedError, isFlowproofError, RunNotFoundError } from '../../model/errors.js';
import type { Ids } from '../../model/ids.js';
import { isRunId, shownName } from '../../model/names.js';
import type { InboxMessage, Journal, LoadedRun, RunSummary } from '../../persistence/index.js';
import { retryUnavailable } from './retry-unavailable.js';

export interface StoredRunsParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly storeTimeoutMs: number;
}

/** What goes with a message. */
export interface Sent extends Pick<InboxMessage, 'payload'> {
  /** Sent twice, it is there once. Default: a new one. */
  readonly id?: string;
  /** The payload is secret. */
  readonly secret?: boolean;
}

/** The runs of the store, as callers name them. */
export class StoredRuns {
  readonly #parts: StoredRunsParts;
  readonly #isOver: () => boolean;

  /** @param isOver the app was stopped: a store that is away is not waited for any longer */
  constructor(parts: StoredRunsParts, isOver: () => boolean) {
    this.#parts = parts;
    this.#isOver = isOver;
  }

  /**
   * Opens the store. One that is away is waited for, as long as a run waits for it; else a switchover during a start would end
   * the process. A warning says so: else whoever has a wrong address sees nothing for a minute.
   *
   * @throws PersistenceError what does not pass: at once; `STORE_UNREACHABLE` after `storeTimeoutMs`
   * @throws AppStoppedError
   */
  async open(): Promise<void> {
    try {
      await this.whenAvailable(() => this.#parts.journal.open(), warnOfWaiting(this.#parts.storeTimeoutMs));
    } catch (error) {
      throw this.#isOver() ? new AppStoppedError() : error;
    }
  }

  /** @throws RunNotFoundError */
  async find(key: string): Promise<RunSummary> {
    // No run has another id, and a store might take it for that of one.
    const run = isRunId(key) ? await this.#parts.journal.find({ key }) : undefined;
    if (run === undefined) throw new RunNotFoundError(shownName(key));
    return run;
  }

  /** @throws RunNotFoundError */
  async load({ runId, key }: Pick<RunSummary, 'runId' | 'key'>): Promise<LoadedRun> {
    const loaded = await this.#parts.journal.load(runId);
    if (loaded === undefined) throw new RunNotFoundError(key);
    return loaded;
  }

  /** Reads; waits for a store that is away, as the engines do. */
  whenAvailable<Result>(read: () => Promise<Result>, onWait?: (error: Error) => void): Promise<Result> {
    const { clock, storeTimeoutMs } = this.#parts;
    return retryUnavailable(read, { clock, storeTimeoutMs, isOver: this.#isOver, ...(onWait && { onWait }) });
  }

  /** Puts a message into the inbox of a run; durable when this resolves. @throws RunEndedError, RunNotFoundError, SignalsFullError */
  async send({ runId, key }: RunSummary, kind: InboxMessage['kind'], sent: Sent = {}): Promise<InboxMessage> {
    const { id = this.#parts.ids.unique(), payload, secret = false } = sent;
    const message = { id, runId, kind, ...(payload === undefined ? {} : { payload }) };
    try {
      await this.#parts.journal.send(message, { secret });
    } catch (error) {
      if (isFlowproofError(error, 'RUN_NOT_FOUND')) throw new RunNotFoundError(key);
      throw error;
    }
    return message;
  }
}

function warnOfWaiting(forMs: number): (error: Error) => void {
  return ({ message }) => {
    const text = `the store is waited for, up to ${forMs} ms (storeTimeoutMs): ${message}`;
    process.emitWarning(text, { type: 'FlowproofWarning', code: 'STORE_UNREACHABLE' });
  };
}
