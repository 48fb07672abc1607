import type { AnyRunResult, FlowEvent, RecoveryEvent } from '../../engine/index.js';
import type { Clock } from '../../model/clock.js';
import { type FlowproofErrorCode, isFlowproofError } from '../../model/errors.js';
import { toFailure } from '../../model/failure.js';
import type { FlowLimits } from '../../model/limits/flow-limits.js';
import { maskedFailure } from '../../model/masking.js';
import {
  ENTRY_FORMAT,
  type Journal,
  MAX_TAKES,
  type RunSummary,
  renewalMs,
  type TakeParams,
  type TakeResult,
} from '../../persistence/index.js';
import type { FlowFinder } from '../registry/flow-finder.js';
import type { ActiveRuns } from './active-runs.js';
import type { Driver } from './driver.js';
import { InTurn } from './in-turn.js';
import { WAIT_FOR_OWNER } from './join-options.js';
import { RefusedRuns } from './refused-runs.js';
import type { Taker } from './ticker.js';

/** So many runs are opened at once: each is read, and written to, before it goes on. More are looked for when half of them are. */
const OPENED_AT_ONCE = 100;
/** A tick asks for runs of so many flows: each is a look into an index. */
const FLOWS_AT_ONCE = 50;
/** A run of which nothing happens for longer sleeps in the store, and in no process. */
const HORIZON_MS = 10_000;
/** What can't be found by what is usual is looked for so often. */
const THOROUGH_MS = 30_000;

/** What is known of a run that is gone on with. */
export type RecoveredRun = Pick<RunSummary, 'runId' | 'key' | 'flow'>;

export interface TakenUp {
  readonly run: RunSummary;
  readonly result: Promise<AnyRunResult | undefined>;
}

/** The flows of an app. */
export interface KnownFlows extends FlowFinder {
  readonly names: readonly string[];
  /** Whether what is said of runs of this flow may have a secret in it. */
  hasSecrets(name: string): boolean;
  /** How many runs of this flow may be under way, and begin; nothing: any number. */
  limitsOf(name: string): FlowLimits | undefined;
}

export interface RecoveryParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly owner: string;
  readonly leaseMs: number;
  /** Only what sleeps is taken, and what was asked to go on: what others have left is left to them. */
  readonly asleepOnly: boolean;
  /** How many runs the app drives or opens at once, as far as recovery brings them. */
  readonly maxActive: number;
  /** The flows of this app: runs of others are none of its business. */
  readonly flows: KnownFlows;
  readonly active: ActiveRuns;
  readonly driver: Driver;
  emit(event: FlowEvent): void;
  /** Lets the next tick come at once. */
  hurry(): void;
  /** Hears what other processes say is due, and tells them that they may take up what this app has let go of. */
  hints(): { listen(): void; released(): void; isClaimed(runId: string): boolean };
}

/**
 * Takes up what dead or stopped processes left: says with each tick what this app would take, and opens what that brought.
 * Runs that it can't go on with are given back at once, and left out for a while.
 */
export class Recovery implements Taker {
  readonly #parts: RecoveryParts;
  readonly #refused: RefusedRuns;
  readonly #poisoned = new Set<string>();
  #isBegun = false;
  #wasBegun = false;
  #opening = 0;
  readonly #turn = new InTurn(FLOWS_AT_ONCE);
  #isMore = false;
  /** When all was looked for last; since then, whether an answer was lost, or an engine gave up. */
  #thoroughAtMs = Number.NEGATIVE_INFINITY;
  #isThorough = false;
  #takingAll = 0;
  /** To be given back when all that there is was taken: before, it would be taken again. */
  readonly #withheld = new Set<string>();

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    this.#refused = new RefusedRuns(parts.clock);
  }

  /** From now on each tick takes what there is. */
  begin(): void {
    this.#isBegun = true;
    this.#wasBegun = true;
  }

  /** After so long a run is let go of in which nothing happens meanwhile: when its time comes, or a message, a tick takes it again. */
  get horizonMs(): number | undefined {
    return this.#wasBegun ? HORIZON_MS : undefined;
  }

  /** From now on nothing more is taken; what is open here goes on. */
  end(): void {
    this.#isBegun = false;
  }

  /** What the next tick is to take. */
  params(): TakeParams | undefined {
    const { active, maxActive, clock, asleepOnly } = this.#parts;
    if (!this.#isBegun || active.isClosed) return undefined;
    const limit = Math.max(0, Math.min(maxActive - active.size, OPENED_AT_ONCE - this.#opening));
    this.#isThorough ||= !asleepOnly && clock.monotonicMs() - this.#thoroughAtMs >= THOROUGH_MS;
    const flows = this.#turn.some(this.#parts.flows.names).filter((flow) => !this.#refused.hasAllOf(flow));
    return this.#take(flows, { limit, thorough: this.#isThorough && !asleepOnly, asleepOnly });
  }

  /** What a tick has brought. */
  heard(result: TakeResult, { thorough }: TakeParams): void {
    if (thorough) {
      this.#thoroughAtMs = this.#parts.clock.monotonicMs();
      this.#isThorough = false;
    }
    this.#isMore ||= result.more;
    this.#parts.hints().listen();
    this.#tellPoisoned(result.poisoned);
    for (const run of result.taken) this.#takeUp(run, 'mine');
    this.#goOnWithOwned(result.owned);
    this.#lookAgain();
  }

  /** A tick gave no answer: what it took, if it did, is not known here. */
  missed(): void {
    this.#isThorough = true;
  }

  /** Lets others go on with a run first; `isHeld`: it may be this app's yet. */
  leave(run: RecoveredRun, isHeld: boolean): void {
    this.#refused.add(run);
    if (isHeld) this.#giveBack(run);
    else this.#parts.hints().released();
  }

  /** An engine of this app gave its run up, though it is this app's still. */
  lost(run: RecoveredRun, error: unknown): void {
    if (this.#isBegun && !this.#parts.asleepOnly && !this.#parts.active.isClosed) this.#failed(run, error);
  }

  /**
   * Takes all that there is, at once, also what this app has and does not drive any more.
   *
   * @returns what came of it, and for each run its result; nothing where it goes on elsewhere
   * @throws PersistenceError
   */
  async takeAll(): Promise<readonly TakenUp[]> {
    this.#refused.clear();
    this.#takingAll++;
    try {
      return await this.#takeAll();
    } finally {
      if (--this.#takingAll === 0) this.#giveBackWithheld();
    }
  }

  async #takeAll(): Promise<readonly TakenUp[]> {
    const { journal, owner, leaseMs, flows } = this.#parts;
    const all = new Map<string, TakenUp>();
    for (let isMore = true; isMore; ) {
      const take = this.#take(flows.names, { limit: OPENED_AT_ONCE, thorough: true, asleepOnly: false });
      const { take: found } = await journal.tick({ owner, leaseMs, watch: [], take });
      if (found === undefined) break;
      this.#tellPoisoned(found.poisoned);
      for (const run of found.taken) all.set(run.runId, this.#takeUp(run, 'mine'));
      // What it could not go on with is its own until all is taken.
      for (const run of found.owned)
        if (this.#isForgotten(run) && !all.has(run.runId)) all.set(run.runId, this.#takeUp(run, 'perhaps mine'));
      isMore = found.more;
    }
    return [...all.values()];
  }

  #takeUp(run: RunSummary, whose: 'mine' | 'perhaps mine'): TakenUp {
    const result = this.#goOn(run, whose);
    result.catch(() => undefined);
    return { run, result };
  }

  #take(flows: readonly string[], how: Pick<TakeParams, 'limit' | 'thorough' | 'asleepOnly'>): TakeParams {
    const { clock, leaseMs } = this.#parts;
    // Until the next tick: what is due before that is opened, and goes on by a timer of its own.
    return { ...how, flows, format: ENTRY_FORMAT, except: this.#refused.ids(), aheadMs: renewalMs(leaseMs), nowMs: clock.nowMs() };
  }

  /** Runs that are this app's as far as the store knows: the answer that said so was lost, or their engine gave up. */
  #goOnWithOwned(owned: readonly RunSummary[]): void {
    const { active, maxActive } = this.#parts;
    for (const run of owned.filter((run) => this.#isForgotten(run))) {
      if (this.#refused.has(run)) this.#giveBack(run);
      else if (active.size >= maxActive || this.#opening >= OPENED_AT_ONCE) this.#isThorough = true;
      else this.#takeUp(run, 'perhaps mine');
    }
  }

  #isForgotten({ runId, key }: RecoveredRun): boolean {
    const { active, hints } = this.#parts;
    return active.get(runId) === undefined && !active.isOpening(key) && !hints().isClaimed(runId);
  }

  /** Resolves when the run rests. Nothing: it goes on elsewhere, sleeps, or rests already. */
  async #goOn(run: RunSummary, whose: 'mine' | 'perhaps mine'): Promise<AnyRunResult | undefined> {
    this.#opening++;
    try {
      const opened = await this.#open(run, whose).finally(() => this.#opened());
      return await opened?.result;
    } catch (error) {
      this.#failed(run, error);
      throw error;
    }
  }

  #open(run: RunSummary, whose: 'mine' | 'perhaps mine'): Promise<{ readonly result: Promise<AnyRunResult | undefined> } | undefined> {
    const { active, driver, flows, journal, owner } = this.#parts;
    return active.opening(run.key, async () => {
      const here = active.get(run.runId);
      if (here !== undefined) return here;
      // It may have ended, or have gone elsewhere, since the tick has said so.
      if (whose === 'perhaps mine' && (await journal.find({ runId: run.runId }))?.owner?.id !== owner) return undefined;
      flows.check(run);
      const isRecovered = run.state === 'RUNNING' && run.wakeAtMs === undefined;
      const driven = isRecovered ? { driven: () => this.#say(run, { outcome: 'taken' }) } : {};
      const opened = await driver.takeOver(flows, run, { ...WAIT_FOR_OWNER, recovers: true, ...driven });
      // There is nothing to do in it: the message that woke it is consumed already, or a later one revokes it.
      if (opened === undefined && run.state !== 'RUNNING') await journal.giveBack(owner, [run.runId], { atRest: true });
      return opened;
    });
  }

  #opened(): void {
    this.#opening--;
    this.#lookAgain();
  }

  /** What is open makes room for more. */
  #lookAgain(): void {
    if (!this.#isMore || this.#opening > OPENED_AT_ONCE / 2) return;
    this.#isMore = false;
    this.#parts.hurry();
  }

  #failed(run: RecoveredRun, error: unknown): void {
    if (HARMLESS.some((code) => isFlowproofError(error, code)) || this.#refused.knows(run.runId)) return;
    if (PASSING.some((code) => isFlowproofError(error, code))) {
      this.#isThorough = true;
      return;
    }
    this.#refused.add(run);
    this.#giveBack(run);
    const failure = toFailure(error);
    const isSecret = this.#parts.flows.hasSecrets(run.flow);
    this.#say(run, { outcome: 'refused', failure: isSecret ? maskedFailure(failure) : failure });
  }

  /** Where that fails, a thorough look finds it again. */
  #giveBack({ runId }: RecoveredRun): void {
    this.#withheld.add(runId);
    if (this.#takingAll === 0) this.#giveBackWithheld();
  }

  #giveBackWithheld(): void {
    const { journal, owner, hints } = this.#parts;
    const runIds = [...this.#withheld];
    this.#withheld.clear();
    const given = runIds.length === 0 ? undefined : journal.giveBack(owner, runIds);
    given?.then(() => hints().released()).catch(() => this.missed());
  }

  #tellPoisoned(runs: readonly RunSummary[]): void {
    for (const run of runs) {
      if (this.#poisoned.has(run.runId)) continue;
      this.#poisoned.add(run.runId);
      this.#parts.emit({ type: 'poison', ...this.#common(run), takes: MAX_TAKES });
    }
  }

  #say(run: RecoveredRun, what: Pick<RecoveryEvent, 'outcome' | 'failure'>): void {
    this.#parts.emit({ type: 'recovery', ...this.#common(run), ...what });
  }

  #common({ key, flow }: RecoveredRun): { runId: string; flow: string; atMs: number } {
    return { runId: key, flow, atMs: this.#parts.clock.nowMs() };
  }
}

/** The run is where it belongs, or nowhere any more. */
const HARMLESS: readonly FlowproofErrorCode[] = ['APP_STOPPED', 'STALE_RUN', 'RUN_NOT_FOUND'];
/** The store is away: what is ours then is found when it is back. */
const PASSING: readonly FlowproofErrorCode[] = ['STORE_UNREACHABLE', 'STORE_CLOSED'];
