import type { Clock } from '../../model/clock.js';
import { AppStoppedError, isFlowproofError, PersistenceError, RunNotFoundError } from '../../model/errors.js';
import {
  type DueParams,
  type DueSchedules,
  type InboxMessage,
  type Journal,
  type RunSummary,
  renewalMs,
  type TakeParams,
  type TakeResult,
} from '../../persistence/index.js';

export interface TickerParts {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Id of this process's lease. */
  readonly owner: string;
  readonly leaseMs: number;
  /** Waiting for a run of another process fails when the store has been away for so long. */
  readonly storeTimeoutMs: number;
  onMessage(message: InboxMessage): void;
  readonly taker: () => Taker;
}

/** A tick asks for news of so many runs: of more, in turn. */
const MOST_WATCHED = 500;
/** Between two ticks that are hurried. */
const HURRY_MS = 25;
/** A renewal that is overdue is waited for when it should have come so many times its interval ago: others take this process for dead soon after. */
const OVERDUE = 1.25;

/** Who takes runs with the ticks. */
export interface Taker {
  params(): TakeParams | undefined;
  heard(result: TakeResult, params: TakeParams): void;
  /** No answer came. */
  missed(): void;
}

/** Who asks about schedules with the ticks. */
export interface DueSource {
  params(): DueParams;
  heard(due: DueSchedules): void;
}

interface Waiter {
  /** The id that the caller knows the run by. */
  readonly key: string;
  readonly resolve: (run: RunSummary) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * The heartbeat of a process: one statement a second, which renews its lease, brings the messages for its runs and the summaries
 * of runs that this process waits for, and takes runs that no living process has. It stops while no run needs the lease and
 * nothing is to be taken.
 */
export class Ticker {
  readonly #parts: TickerParts;
  readonly #waiters = new Map<string, Set<Waiter>>();
  #users = 0;
  #isAlwaysOn = false;
  #dueSource: DueSource | undefined;
  /** What the store's clock was ahead of the one here that only grows. */
  #storeAheadMs: number | undefined;
  /** When the next beat is due. */
  #nextAtMs = Number.NEGATIVE_INFINITY;
  #begunAtMs = Number.NEGATIVE_INFINITY;
  /** When the last renewal that succeeded was sent. */
  #renewedAtMs = Number.NEGATIVE_INFINITY;
  /** Until then others see that this process lives, whatever becomes of the next renewal. */
  #livesUntilMs = Number.NEGATIVE_INFINITY;
  /** Since when no beat has got an answer. */
  #awaySinceMs: number | undefined;
  #cancel: (() => void) | undefined;
  #beating: Promise<void> | undefined;
  #isHurried = false;
  /** The last beat has brought runs. */
  #tookRuns = false;
  #stopped = false;

  constructor(parts: TickerParts) {
    this.#parts = parts;
  }

  /** The lease is alive from when this resolves until the returned function is called. */
  async use(): Promise<() => void> {
    this.#users++;
    const nowMs = this.#parts.clock.monotonicMs();
    // Runs that come one after another share the beats of one second, and wait for none of them while the last one still counts.
    if (nowMs >= this.#livesUntilMs) await this.beat();
    else if (nowMs - this.#renewedAtMs >= this.#intervalMs()) void this.beat();
    else if (this.#users === 1 && this.#beating === undefined) this.#schedule();
    let used = true;
    return () => {
      if (!used) return;
      used = false;
      if (--this.#users === 0 && this.#beating === undefined) this.#schedule();
    };
  }

  /** Beats from now on until it is stopped, also while no run uses it; that alone keeps no process alive. */
  beatOn(): void {
    if (this.#isAlwaysOn) return;
    this.#isAlwaysOn = true;
    if (this.#beating === undefined) this.#schedule();
  }

  /** Asks about schedules from now on, the first time at once; and beats on. */
  askDue(source: DueSource): void {
    this.#dueSource = source;
    this.beatOn();
    this.hurry();
  }

  get asksDue(): boolean {
    return this.#dueSource !== undefined;
  }

  /** The time of the store, in milliseconds since 1970; nothing where it has no clock of its own, or has not said it yet. */
  storeNowMs(): number | undefined {
    return this.#storeAheadMs === undefined ? undefined : Math.round(this.#parts.clock.monotonicMs() + this.#storeAheadMs);
  }

  /** Beats at once, or again at once when a beat is under way; over a network after a moment, so that what comes together shares one. */
  hurry(): void {
    const { clock, journal } = this.#parts;
    if (this.#beating !== undefined) {
      this.#isHurried = true;
      return;
    }
    const waitMs = journal.capabilities.multiProcess ? HURRY_MS - (clock.monotonicMs() - this.#begunAtMs) : 0;
    if (waitMs <= 0) {
      void this.beat();
    } else if (clock.monotonicMs() + waitMs < this.#nextAtMs) {
      this.#nextAtMs = clock.monotonicMs() + waitMs;
      this.#schedule();
    }
  }

  /** Whoever waits for news of this run has them now. */
  tell(run: RunSummary): void {
    this.#tell(run.runId, run);
  }

  /**
   * Resolves with the summary of a run of another process at the next tick.
   *
   * @throws RunNotFoundError when it is gone then
   * @throws PersistenceError `STORE_UNREACHABLE` when there has been no answer for `storeTimeoutMs`; what does not pass, at once
   */
  async news({ runId, key }: Pick<RunSummary, 'runId' | 'key'>): Promise<RunSummary> {
    const done = await this.use();
    try {
      return await new Promise<RunSummary>((resolve, reject) => {
        if (this.#stopped) return reject(new AppStoppedError());
        const waiters = this.#waiters.get(runId) ?? new Set();
        this.#waiters.set(runId, waiters.add({ key, resolve, reject }));
      });
    } finally {
      done();
    }
  }

  /** Beats now; one at a time. */
  beat(): Promise<void> {
    // A lease that was given up is not taken again.
    if (this.#stopped) return this.#beating ?? Promise.resolve();
    this.#beating ??= this.#beatUntilCalm().finally(() => {
      this.#beating = undefined;
      // Not before: a beat that comes due while one is under way is that one.
      this.#schedule();
    });
    return this.#beating;
  }

  async #beatUntilCalm(): Promise<void> {
    do await this.#beatOnce();
    while (this.#isHurried && !this.#stopped);
  }

  /** Resolves when the last beat is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#beating;
    this.#rejectWaiters(() => new AppStoppedError());
  }

  async #beatOnce(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#isHurried = false;
    const { journal, clock, owner, leaseMs } = this.#parts;
    const sentAtMs = clock.monotonicMs();
    this.#begunAtMs = sentAtMs;
    const taker = this.#parts.taker();
    const take = taker.params();
    const intervalMs = this.#intervalMs();
    let nextMs = intervalMs;
    try {
      // Whoever has news and waits on is behind all others then: all have their turn.
      const watch = [...this.#waiters.keys()].slice(0, MOST_WATCHED);
      const {
        messages,
        watched,
        nowMs,
        take: taken,
        due,
      } = await journal.tick({ owner, leaseMs, nextMs, watch, ...(take === undefined ? {} : { take }), ...this.#askedDue() });
      this.#renewedAtMs = sentAtMs;
      this.#livesUntilMs = sentAtMs + OVERDUE * intervalMs;
      if (nowMs !== undefined) this.#storeAheadMs = nowMs - (sentAtMs + clock.monotonicMs()) / 2;
      this.#awaySinceMs = undefined;
      for (const message of messages) this.#parts.onMessage(message);
      const found = new Map(watched.map((run) => [run.runId, run]));
      for (const runId of watch) this.#tell(runId, found.get(runId));
      this.#tookRuns = (taken?.taken.length ?? 0) > 0;
      nextMs = Math.min(nextMs, taken?.againMs ?? nextMs);
      if (take !== undefined && taken !== undefined) taker.heard(taken, take);
      if (due !== undefined) this.#dueSource?.heard(due);
    } catch (error) {
      // The store is out of reach: the engines notice by themselves, and the next beat tries again.
      if (take !== undefined) taker.missed();
      this.#missed(sentAtMs, error);
    } finally {
      this.#nextAtMs = clock.monotonicMs() + Math.min(nextMs, this.#intervalMs());
    }
  }

  #askedDue(): { readonly due?: DueParams } {
    return this.#dueSource === undefined ? {} : { due: this.#dueSource.params() };
  }

  /** Waiting ends after as long as a run would wait for the store, and at once where the error is one that waiting does not help. */
  #missed(sentAtMs: number, cause: unknown): void {
    this.#awaySinceMs ??= sentAtMs;
    const awayMs = this.#parts.clock.monotonicMs() - this.#awaySinceMs;
    if (isFlowproofError(cause) && cause.code !== 'STORE_UNREACHABLE') this.#rejectWaiters(() => cause);
    else if (awayMs >= this.#parts.storeTimeoutMs) this.#rejectWaiters((key) => unreachable(key, awayMs, cause));
  }

  #rejectWaiters(reason: (key: string) => Error): void {
    for (const waiters of this.#waiters.values()) for (const { key, reject } of waiters) reject(reason(key));
    this.#waiters.clear();
  }

  /** @param run nothing: it was pruned, or removed by hand */
  #tell(runId: string, run: RunSummary | undefined): void {
    const waiters = this.#waiters.get(runId);
    this.#waiters.delete(runId);
    for (const { key, resolve, reject } of waiters ?? []) {
      if (run === undefined) reject(new RunNotFoundError(key));
      else resolve(run);
    }
  }

  #schedule(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const keepsAlive = this.#users > 0;
    if (this.#stopped || !(keepsAlive || this.#isAlwaysOn)) return;
    const { clock } = this.#parts;
    const waitMs = Math.max(0, this.#nextAtMs - clock.monotonicMs());
    this.#cancel = clock.after(waitMs, () => void this.beat(), { keepsAlive, upkeep: true });
  }

  /** Where runs come, the store hears of this process twice as often, and others see its death as early: they are due now. */
  #intervalMs(): number {
    const { leaseMs, journal } = this.#parts;
    return renewalMs(leaseMs) / (this.#tookRuns && journal.capabilities.multiProcess ? 2 : 1);
  }
}

function unreachable(key: string, awayMs: number, cause: unknown): PersistenceError {
  const message = `the store gave no answer for ${Math.round(awayMs)} ms: how run '${key}' goes on is not known here`;
  return new PersistenceError('STORE_UNREACHABLE', message, { cause });
}
