import type { CompiledFlow } from '../../compilation/index.js';
import type { Engine } from '../../engine/index.js';
import type { Clock } from '../../model/clock.js';
import { AppStoppedError, isFlowproofError } from '../../model/errors.js';
import { isEnded, type RunState } from '../../model/states.js';
import type { RunSummary } from '../../persistence/index.js';
import type { RunNames } from '../registry/check-run-options.js';
import type { FlowFinder } from '../registry/flow-finder.js';
import type { PreparedInputs } from '../registry/inputs.js';
import type { ActiveRuns } from './active-runs.js';
import type { Driver, OpenRun } from './driver.js';
import { WAIT_FOR_OWNER } from './join-options.js';
import type { StoredRuns } from './stored-runs.js';
import type { Ticker } from './ticker.js';

/** A run that is to be driven here, unless it has ended or a living process has it. */
export interface OrderedRun {
  readonly flow: CompiledFlow;
  readonly names: RunNames & { readonly key: string };
  readonly inputs: PreparedInputs;
  /** Finds that flow only. */
  readonly flows: FlowFinder;
}

/** A run that is stored. */
interface JoinedRun extends Pick<OrderedRun, 'flows'> {
  readonly names: Pick<OrderedRun['names'], 'key'>;
}

/** How that went. `elsewhere`: a living process keeps the run. `stopped`: whoever is free may go on with it. */
export type ConductedEnd =
  | { readonly kind: 'rests'; readonly state: RunState }
  | { readonly kind: 'elsewhere' | 'stopped' }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface ConductingParts {
  readonly clock: Clock;
  /** Id of this app's lease. */
  readonly owner: string;
  readonly leaseMs: number;
  readonly graceMs: number;
  readonly active: ActiveRuns;
  readonly driver: Driver;
  readonly stored: StoredRuns;
  readonly ticker: Ticker;
  /** Begins the run, or finds the one that has its id. @throws RunConflictError when that is another one */
  begin(run: OrderedRun): Promise<OpenRun | { readonly exists: RunSummary }>;
  /** Its engine was stopped. @param isHeld the store may say yet that it is this app's */
  leave(run: Pick<RunSummary, 'runId' | 'key' | 'flow'>, isHeld: boolean): void;
}

/** So long an engine has to end after it was given up. */
const LEAVING_MS = 1_000;

/** Drives one run for a conductor, which stops it when its claim ends; the app and its other runs go on. */
export class Conducting {
  readonly #parts: ConductingParts;
  #engine: Engine | undefined;
  #isStopping = false;
  /** Its engine had no time to release the run. */
  #isGivenUp = false;
  #onStop: () => void = () => undefined;
  readonly #stopping = new Promise<void>((resolve) => {
    this.#onStop = resolve;
  });
  #onLeft: () => void = () => undefined;
  readonly #left = new Promise<void>((resolve) => {
    this.#onLeft = resolve;
  });
  #cancels: readonly (() => void)[] = [];

  constructor(parts: ConductingParts) {
    this.#parts = parts;
  }

  /**
   * Starts nothing more in the run, which is let go when its tasks under way have ended, or after `graceMs`. A run that
   * this app was driving before goes on.
   */
  stop(graceMs: number): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const { clock } = this.#parts;
    this.#engine?.stop();
    this.#onStop();
    const giveUp = (): void => {
      this.#isGivenUp = true;
      this.#engine?.giveUp(new AppStoppedError(this.#engine.run.status.creation.key));
    };
    this.#cancels = [clock.after(graceMs, giveUp), clock.after(graceMs + LEAVING_MS, this.#onLeft)];
  }

  /**
   * Never rejects.
   *
   * @param prepare what is wrong with the run is thrown by it
   */
  drive(prepare: () => Promise<OrderedRun>): Promise<ConductedEnd> {
    return this.#toEnd(prepare().then((run) => this.#drive(run)));
  }

  /** Drives a run that this app has claimed in the store. Never rejects. */
  driveClaimed(flows: FlowFinder, run: RunSummary): Promise<ConductedEnd> {
    return this.#toEnd(this.#using(() => this.#join({ names: { key: run.key }, flows }, run)));
  }

  async #toEnd(driving: Promise<ConductedEnd>): Promise<ConductedEnd> {
    const end = await this.#orLeft(driving).catch((error: unknown): ConductedEnd => {
      return isFlowproofError(error, 'APP_STOPPED') ? { kind: 'stopped' } : { kind: 'failed', error };
    });
    for (const cancel of this.#cancels) cancel();
    // A store that is away when the engine is given up has not heard of it.
    const isAway = this.#isStopping && end.kind === 'failed';
    if ((end.kind === 'stopped' || isAway) && this.#engine !== undefined) {
      const { flow, status } = this.#engine.run;
      this.#parts.leave({ runId: status.runId, key: status.creation.key, flow: flow.name }, this.#isGivenUp || isAway);
    }
    return end;
  }

  async #orLeft(driving: Promise<ConductedEnd>): Promise<ConductedEnd> {
    return Promise.race([driving, this.#left.then((): ConductedEnd => ({ kind: 'stopped' }))]);
  }

  async #drive(run: OrderedRun): Promise<ConductedEnd> {
    return this.#using(async () => {
      const begun = await this.#parts.begin(run);
      if ('exists' in begun) return await this.#join(run, begun.exists);
      this.#attend(begun.engine);
      return (await whereItRests(begun.result)) ?? (await this.#join(run, await this.#find(run)));
    });
  }

  async #using(drive: () => Promise<ConductedEnd>): Promise<ConductedEnd> {
    const done = await this.#parts.ticker.use();
    try {
      return this.#isStopping ? { kind: 'stopped' } : await drive();
    } finally {
      done();
    }
  }

  async #join(run: JoinedRun, found: RunSummary): Promise<ConductedEnd> {
    const { active, clock, ticker, owner, leaseMs, graceMs } = this.#parts;
    // Whoever lost its claim, but not its lease, lets go of the run within that time.
    const untilMs = clock.monotonicMs() + leaseMs + graceMs;
    for (let stored = found; ; ) {
      if (this.#isStopping) return { kind: 'stopped' };
      const isHere = active.get(stored.runId) !== undefined;
      if (!isHere && (isEnded(stored.state) || stored.state === 'SUSPENDED')) return { kind: 'rests', state: stored.state };
      // One that sleeps is woken by its store.
      if (!isHere && stored.owner === undefined && stored.wakeAtMs !== undefined) return { kind: 'rests', state: stored.state };
      if (!isHere && stored.owner?.alive === true && stored.owner.id !== owner) {
        if (clock.monotonicMs() >= untilMs) return { kind: 'elsewhere' };
        stored = await this.#unlessStopped(ticker.news(stored));
      } else {
        const taken = await this.#take(run, stored);
        const end = taken && (await whereItRests(taken.result));
        if (end !== undefined) return end;
        stored = await this.#find(run);
      }
    }
  }

  /** The run as it is driven here from now on, or was before; nothing when another process was faster. */
  async #take({ names, flows }: JoinedRun, stored: RunSummary): Promise<Pick<OpenRun, 'result'> | undefined> {
    const { active, driver } = this.#parts;
    const driven = active.get(stored.runId);
    if (driven === undefined) {
      const options = { ...WAIT_FOR_OWNER, driven: (engine: Engine) => this.#attend(engine) };
      return active.opening(names.key, () => driver.takeOver(flows, stored, options));
    }
    // What a caller has begun is not the conductor's to stop.
    if (!driven.isRecovered) return { result: this.#unlessStopped(driven.result) };
    this.#attend(driven.engine);
    return driven;
  }

  #attend(engine: Engine | undefined): void {
    this.#engine = engine;
    if (this.#isStopping) engine?.stop();
  }

  #find({ names }: JoinedRun): Promise<RunSummary> {
    const { stored } = this.#parts;
    return stored.whenAvailable(() => stored.find(names.key));
  }

  /** @throws AppStoppedError when it is to be stopped before there is an answer */
  #unlessStopped<Answer>(work: Promise<Answer>): Promise<Answer> {
    return Promise.race([
      work,
      this.#stopping.then((): never => {
        throw new AppStoppedError();
      }),
    ]);
  }
}

/** Nothing: no engine here has it any more, and what became of it is to be looked for. */
async function whereItRests(result: OpenRun['result']): Promise<ConductedEnd | undefined> {
  try {
    const rests = await result;
    return rests === undefined ? undefined : { kind: 'rests', state: rests.state };
  } catch (error) {
    if (isFlowproofError(error, 'STALE_RUN')) return undefined;
    throw error;
  }
}
