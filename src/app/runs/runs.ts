import type { CompiledFlow } from '../../compilation/index.js';
import { type AnyRunResult, beginRun } from '../../engine/index.js';
import { atMost } from '../../model/clock.js';
import type { InboxMessage, LoadedRun, RunSummary } from '../../persistence/index.js';
import { ActiveRuns } from '../driving/active-runs.js';
import { ClaimedOpenings } from '../driving/claimed-openings.js';
import { Conducting, type ConductingParts } from '../driving/conducting.js';
import { Driver, type DriverParts, quiet, type StartedRun } from '../driving/driver.js';
import { given, refuseOthers } from '../driving/given.js';
import { type JoinOptions, WAIT_FOR_OWNER } from '../driving/join-options.js';
import { Recovery, type RecoveryParts } from '../driving/recovery.js';
import { Sleepers } from '../driving/sleepers.js';
import { type Sent, StoredRuns } from '../driving/stored-runs.js';
import { Ticker } from '../driving/ticker.js';
import { StoreQueue } from '../queue/store-queue.js';
import { checkRunOptions, type RunNames } from '../registry/check-run-options.js';
import type { FlowFinder } from '../registry/flow-finder.js';
import type { PreparedInputs } from '../registry/inputs.js';
import { onlyRunsOf } from '../registry/registry.js';
import { Ownership } from './ownership.js';

/** A store that gives no answer is not waited for any longer by an app that stops. */
export const LEAVING_MS = 1_000;

export interface RunsParts extends DriverParts {
  /** Whether this app takes up what others leave. */
  readonly recover: boolean;
  /** See {@link RecoveryParts.asleepOnly}. */
  readonly asleepOnly: boolean;
  readonly maxActive: number;
  readonly flows: RecoveryParts['flows'];
}

/** What an app does with runs, whoever drives them. */
export class Runs {
  readonly #parts: RunsParts;
  readonly queue: StoreQueue;
  readonly #engineContext: DriverParts;
  readonly #active = new ActiveRuns();
  readonly #stored: StoredRuns;
  readonly #ticker: Ticker;
  readonly #driver: Driver;
  readonly #ownership: Ownership;
  readonly #recovery: Recovery;
  readonly #sleepers: Sleepers;
  #ready: Promise<unknown> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(parts: RunsParts) {
    const { journal, clock, owner, leaseMs, storeTimeoutMs } = parts;
    this.#parts = parts;
    this.#stored = new StoredRuns(parts, () => this.#active.isClosed);
    const onMessage = (message: InboxMessage): void => this.#active.deliver(message);
    this.#ticker = new Ticker({ journal, clock, owner, leaseMs, storeTimeoutMs, onMessage, taker: () => this.queue.taker });
    this.#sleepers = new Sleepers({ clock, journal, ticker: this.#ticker });
    const openings = new ClaimedOpenings({ flows: parts.flows, context: () => this.#engineContext });
    this.#engineContext = {
      ...{ ...parts, openings },
      lost: (run, error) => this.#recovery.lost(run, error),
      sleepers: this.#sleepers,
      horizonMs: () => this.#recovery.horizonMs,
      storeNowMs: () => this.#ticker.storeNowMs(),
    };
    this.#driver = new Driver(this.#engineContext, this.#active, this.#stored, this.#ticker);
    this.#recovery = new Recovery({
      ...{ ...parts, active: this.#active, driver: this.#driver },
      ...{ hurry: () => this.#ticker.hurry(), hints: () => this.queue.posted },
    });
    this.queue = new StoreQueue({
      ...{ ...parts, engineContext: this.#engineContext, active: this.#active, stored: this.#stored, ticker: this.#ticker },
      ...{ openings, sleepers: this.#sleepers, recovery: this.#recovery, conducting: () => this.conducting() },
      ...{ outcome: (flows, key) => this.outcome(flows, key), beginRecovery: () => this.#recover() },
    });
    this.#ownership = new Ownership({
      ...{ owner, clock, active: this.#active },
      ...{ stored: this.#stored, ticker: this.#ticker, driver: this.#driver },
    });
  }

  /** See {@link StoredRuns.open}. */
  open(): Promise<void> {
    return this.#active.untilAbandoned(undefined, this.#stored.open());
  }

  /** From now on this app takes up what dead or stopped processes leave, if it is to. That alone keeps no process alive. */
  recover(): void {
    if (this.#parts.recover) this.#recover();
  }

  #recover(): void {
    this.#recovery.begin();
    // What is let go of in this process alone wakes it by itself.
    if (!this.#parts.asleepOnly) this.#ticker.beatOn();
  }

  /** Like {@link recover}; resolves after the first tick. Keeps the process alive until {@link stop}. */
  async ready(): Promise<void> {
    this.recover();
    if (!this.#ticker.asksDue && (!this.#parts.recover || this.#parts.asleepOnly)) return;
    this.#ready ??= this.#active.untilAbandoned(undefined, this.#ticker.use());
    await this.#ready;
  }

  /** Goes on with all RUNNING runs that no living process has; if another app is faster, waits for it. */
  resumeAll(): Promise<readonly StartedRun[]> {
    return this.#active.untilAbandoned(undefined, this.#resumeAll());
  }

  async #resumeAll(): Promise<readonly StartedRun[]> {
    const done = await this.#ticker.use();
    try {
      const all = await this.#recovery.takeAll();
      return all.map(({ run, result }) => {
        const ended = quiet(result.then((known) => known ?? this.#elsewhere(run)));
        return { key: run.key, result: () => ended };
      });
    } finally {
      done();
    }
  }

  async #elsewhere({ key }: RunSummary): Promise<AnyRunResult> {
    const run = await this.#stored.whenAvailable(() => this.find(key));
    return this.#ownership.join(this.#parts.flows, run, WAIT_FOR_OWNER);
  }

  /** Begins a run, or joins the one that has this id. Resolves when its first step is durable, with its result to come. */
  start(flow: CompiledFlow, names: RunNames, inputs: PreparedInputs): Promise<StartedRun> {
    return this.#active.untilAbandoned(names.key, this.#start(flow, names, inputs));
  }

  async #start(flow: CompiledFlow, names: RunNames, inputs: PreparedInputs): Promise<StartedRun> {
    if (flow.limits !== undefined) return this.#startInTurn(flow, names, inputs);
    checkRunOptions(flow, inputs, names);
    const done = await this.#ticker.use();
    try {
      const { ids, clock } = this.#parts;
      // Known before it is written: what is being opened is found by its id.
      const runId = ids.runId(clock.nowMs());
      const key = names.key ?? runId;
      const params = { ...names, runId, key, ...given(inputs) };
      const begun = await this.#active.opening(key, () => this.#driver.begin(flow, params));
      const flows = onlyRunsOf({ flow, args: inputs.args });
      if (!('exists' in begun)) {
        const { engine, result } = begun;
        return { key, result: async () => (await result) ?? this.outcome(flows, key), ...(engine === undefined ? {} : { engine }) };
      }
      refuseOthers(begun.exists, flow, inputs);
      const joined = quiet(this.#ownership.join(flows, begun.exists, WAIT_FOR_OWNER));
      return { key, result: () => joined };
    } finally {
      done();
    }
  }

  /** Where a run has the id already that is under way, it is joined; else it waits with those that were posted. */
  async #startInTurn(flow: CompiledFlow, names: RunNames, inputs: PreparedInputs): Promise<StartedRun> {
    const { key, result, run } = await this.queue.start({ flow }, names, inputs);
    if (run === undefined || run.state === 'PENDING') return { key, result };
    return this.adopt(onlyRunsOf({ flow }), run);
  }

  /** What schedules are fired with, whose runs begin here. */
  readonly scheduling = () => ({ runs: this as Runs, active: this.#active, driver: this.#driver, ticker: this.#ticker });

  /** For one run, which it may stop by itself. */
  conducting(): Conducting {
    const begin: ConductingParts['begin'] = async ({ flow, names, inputs }) => {
      checkRunOptions(flow, inputs, names);
      if (flow.limits !== undefined) return { exists: await this.find((await this.#startInTurn(flow, names, inputs)).key) };
      const begun = await this.#active.opening(names.key, () => this.#driver.begin(flow, { ...names, ...given(inputs) }));
      if ('exists' in begun) refuseOthers(begun.exists, flow, inputs);
      return begun;
    };
    const parts = { ...this.#parts, active: this.#active, driver: this.#driver, stored: this.#stored, ticker: this.#ticker };
    return new Conducting({ ...parts, begin, leave: (run, isHeld) => this.#recovery.leave(run, isHeld) });
  }

  /** Writes a run down that begins when an app runs it, unless there is one of this id. */
  async prepare(flow: CompiledFlow, names: RunNames & { readonly key: string }, inputs: PreparedInputs): Promise<void> {
    checkRunOptions(flow, inputs, names);
    const params = { ...names, ...given(inputs), owner: null };
    const begun = await this.#active.opening(names.key, () => beginRun(flow, params, this.#engineContext));
    if ('exists' in begun) refuseOthers(begun.exists, flow, inputs);
  }

  /** Goes on with a stored run. @throws RunOwnedError when a live engine has it and the caller would not wait */
  resume(flows: FlowFinder, key: string, options: JoinOptions): Promise<AnyRunResult> {
    return this.#active.untilAbandoned(key, this.#resume(flows, key, options));
  }

  async #resume(flows: FlowFinder, key: string, options: JoinOptions): Promise<AnyRunResult> {
    const done = await this.#ticker.use();
    try {
      const run = await this.#stored.whenAvailable(() => this.find(key));
      return await this.#ownership.join(flows, run, { ...options, wakes: true });
    } finally {
      done();
    }
  }

  /** The result of a run, whoever drives it, or no process: only read, and waited for. */
  outcome(flows: FlowFinder, key: string): Promise<AnyRunResult> {
    return this.#active.untilAbandoned(key, this.#ownership.outcome(flows, key));
  }

  /** Lets a run that rests begin anew, when an app runs it. @throws RunOwnedError when it is under way */
  async reset(flows: FlowFinder, key: string): Promise<void> {
    await this.queue.reset(flows, key);
  }

  /**
   * Goes on with a run that no living process has; if another app is faster, waits for it.
   *
   * @param message that an engine has to act on: see {@link JoinOptions}
   */
  adopt(flows: FlowFinder, run: RunSummary, message?: Pick<InboxMessage, 'id'>): StartedRun {
    const options = message === undefined ? WAIT_FOR_OWNER : { ...WAIT_FOR_OWNER, message: message.id };
    const result = this.#ticker.use().then(async (done) => {
      try {
        return await this.#ownership.join(flows, run, options);
      } finally {
        done();
      }
    });
    const ended = quiet(this.#active.untilAbandoned(run.key, result));
    return { key: run.key, result: () => ended };
  }

  /** Ends as the work does, or when this app has stopped: what it asked is not waited for then. @throws AppStoppedError */
  untilStopped<Answer>(work: Promise<Answer>): Promise<Answer> {
    return this.#active.untilAbandoned(undefined, work);
  }

  /** @throws RunNotFoundError */
  find(key: string): Promise<RunSummary> {
    return this.#stored.find(key);
  }

  /** @throws RunNotFoundError */
  load(run: RunSummary): Promise<LoadedRun> {
    return this.#stored.load(run);
  }

  /** Whether this app drives the run of this id now. */
  has(key: string): boolean {
    return this.#active.byKey(key) !== undefined;
  }

  /** Asks a run to stop between two tasks, wherever it is driven. Resolves when the request is durable, or its engine here has it. */
  async suspend(key: string): Promise<void> {
    // Without waiting, where its engine is here: a listener that asks for it stops the run before the next task is called.
    const driven = this.#active.byKey(key);
    // One that is being let go of hears it from its inbox, as one elsewhere.
    if (driven?.engine.suspend()) return;
    await this.untilStopped(this.find(key).then((run) => this.send(run, 'suspend')));
  }

  /**
   * Sends a run a message. Resolves when that is durable; its engine takes it at once if it is here, or with the tick.
   *
   * @throws RunEndedError, RunNotFoundError, SignalsFullError
   */
  async send(run: RunSummary, kind: InboxMessage['kind'], sent?: Sent): Promise<InboxMessage> {
    const message = await this.#stored.send(run, kind, sent);
    // One that a living process has hears it there.
    if (this.#active.get(run.runId) !== undefined) this.#active.deliver(message);
    else if (this.#parts.recover && run.owner?.alive !== true) this.#ticker.hurry();
    return message;
  }

  /** Takes up nothing more; resolves when nothing is driven here any more, or after so long. {@link stop} ends the wait, too. */
  async drain(withinMs: number): Promise<void> {
    // What sleeps in this process alone goes on here, or nowhere.
    if (!this.#parts.asleepOnly) this.#recovery.end();
    await atMost(this.#parts.clock, withinMs, this.#sleepers.allRest(this.#active));
  }

  /** Starts nothing more, waits for what is under way, at most `graceMs`, and gives up the lease. */
  stop(graceMs: number = this.#parts.graceMs): Promise<void> {
    this.#stopping ??= this.#stop(graceMs);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<void> {
    const { clock, journal, owner } = this.#parts;
    this.#active.close();
    const had = this.#active.size > 0;
    const cancels = [clock.after(graceMs, () => this.#active.giveUp()), clock.after(graceMs + LEAVING_MS, () => this.#active.abandon())];
    this.#sleepers.end();
    await this.#active.settled();
    await atMost(clock, LEAVING_MS, this.queue.posted.settled());
    for (const cancel of cancels) cancel();
    // Where the store is away the lease ends by itself.
    const notify = () => (had ? this.queue.posted.releasedAll() : undefined);
    const released = this.#ticker.stop().then(() => journal.release(owner));
    await atMost(clock, LEAVING_MS, released.then(notify));
    this.#active.abandon();
  }
}
