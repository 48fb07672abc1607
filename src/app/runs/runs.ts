import type { CompiledFlow } from '../../compilation/index.js';
import { type AnyRunResult, beginRun, foldRun, type NewRun, resetRun, runOf } from '../../engine/index.js';
import { atMost } from '../../model/clock.js';
import { RunConflictError, RunOwnedError } from '../../model/errors.js';
import type { InboxMessage, LoadedRun, RunSummary } from '../../persistence/index.js';
import { checkRunOptions, type RunNames } from '../registry/check-run-options.js';
import type { FlowFinder } from '../registry/flow-finder.js';
import type { PreparedInputs } from '../registry/inputs.js';
import { onlyRunsOf } from '../registry/registry.js';
import { ActiveRuns } from './active-runs.js';
import { Driver, type DriverParts, quiet, type StartedRun } from './driver.js';
import { type JoinOptions, WAIT_FOR_OWNER } from './join-options.js';
import { Ownership } from './ownership.js';
import { Recovery, type RecoveryParts } from './recovery.js';
import { type Sent, StoredRuns } from './stored-runs.js';
import { Ticker } from './ticker.js';

/** A store that gives no answer is not waited for any longer by an app that stops. */
export const LEAVING_MS = 1_000;

export interface RunsParts extends DriverParts {
  /** Whether this app takes up what others leave. */
  readonly recover: boolean;
  readonly maxActive: number;
  readonly flows: RecoveryParts['flows'];
}

/** What an app does with runs, whoever drives them. */
export class Runs {
  readonly #parts: RunsParts;
  readonly #active = new ActiveRuns();
  readonly #stored: StoredRuns;
  readonly #ticker: Ticker;
  readonly #driver: Driver;
  readonly #ownership: Ownership;
  readonly #recovery: Recovery;
  #ready: Promise<unknown> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(parts: RunsParts) {
    const { journal, clock, owner, leaseMs, storeTimeoutMs } = parts;
    this.#parts = parts;
    this.#stored = new StoredRuns(parts, () => this.#active.isClosed);
    const onMessage = (message: InboxMessage): void => this.#active.deliver(message);
    this.#ticker = new Ticker({ journal, clock, owner, leaseMs, storeTimeoutMs, onMessage, taker: () => this.#recovery });
    const lost: DriverParts['lost'] = (run, error) => this.#recovery.lost(run, error);
    this.#driver = new Driver({ ...parts, lost }, this.#active, this.#stored, this.#ticker);
    this.#recovery = new Recovery({ ...parts, active: this.#active, driver: this.#driver, hurry: () => this.#ticker.hurry() });
    this.#ownership = new Ownership({ owner, active: this.#active, stored: this.#stored, ticker: this.#ticker, driver: this.#driver });
  }

  /** See {@link StoredRuns.open}. */
  open(): Promise<void> {
    return this.#active.untilAbandoned(undefined, this.#stored.open());
  }

  /** From now on this app takes up what dead or stopped processes leave, if it is to. That alone keeps no process alive. */
  recover(): void {
    if (!this.#parts.recover) return;
    this.#recovery.begin();
    this.#ticker.beatOn();
  }

  /** Like {@link recover}; resolves after the first tick. Keeps the process alive until {@link stop}. */
  async ready(): Promise<void> {
    this.recover();
    if (!this.#parts.recover) return;
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
      return all.map(({ run, result }) => ({ key: run.key, result: quiet(result.then((ended) => ended ?? this.#elsewhere(run))) }));
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
    checkRunOptions(flow, inputs, names);
    const done = await this.#ticker.use();
    try {
      const { ids, clock } = this.#parts;
      // Known before it is written: what is being opened is found by its id.
      const runId = ids.runId(clock.nowMs());
      const key = names.key ?? runId;
      const params = { ...names, runId, key, ...given(inputs) };
      const begun = await this.#active.opening(key, () => this.#driver.begin(flow, params));
      if (!('exists' in begun)) return begun;
      refuseOthers(begun.exists, flow, inputs);
      return { key, result: quiet(this.#ownership.join(onlyRunsOf({ flow, args: inputs.args }), begun.exists, WAIT_FOR_OWNER)) };
    } finally {
      done();
    }
  }

  /** Writes a run down that begins when an app runs it, unless there is one of this id. */
  async prepare(flow: CompiledFlow, names: RunNames & { readonly key: string }, inputs: PreparedInputs): Promise<void> {
    checkRunOptions(flow, inputs, names);
    const params = { ...names, ...given(inputs), owner: null };
    const begun = await this.#active.opening(names.key, () => beginRun(flow, params, this.#parts));
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
      return await this.#ownership.join(flows, run, options);
    } finally {
      done();
    }
  }

  /** The result of a run, whoever drives it, or no process: only read, and waited for. */
  outcome(flows: FlowFinder, key: string): Promise<AnyRunResult> {
    return this.#ownership.outcome(flows, key);
  }

  /** Lets a run that rests begin anew, when an app runs it. @throws RunOwnedError when it is under way */
  async reset(flows: FlowFinder, key: string): Promise<void> {
    await this.#active.opening(key, async () => {
      const run = await this.find(key);
      flows.check(run);
      const loaded = await this.load(run);
      const status = await foldRun(loaded);
      if (status.state === 'RUNNING') throw new RunOwnedError(key, run.owner?.id ?? 'that died');
      const { engine, first } = await resetRun(
        runOf(flows.of(status.creation), status, this.#parts.codec, false),
        loaded.inbox,
        this.#parts,
      );
      engine.announce(first);
    });
  }

  /**
   * Goes on with a run that no living process has; if another app is faster, waits for it.
   *
   * @param message that an engine has to act on: see {@link JoinOptions}
   */
  adopt(flows: FlowFinder, run: RunSummary, message?: InboxMessage): StartedRun {
    const options = message === undefined ? WAIT_FOR_OWNER : { ...WAIT_FOR_OWNER, message: message.id };
    const result = this.#ticker.use().then(async (done) => {
      try {
        return await this.#ownership.join(flows, run, options);
      } finally {
        done();
      }
    });
    return { key: run.key, result: quiet(this.#active.untilAbandoned(run.key, result)) };
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
    if (driven !== undefined) return driven.engine.suspend();
    await this.untilStopped(this.find(key).then((run) => this.send(run, 'suspend')));
  }

  /**
   * Sends a run a message. Resolves when that is durable; its engine takes it at once if it is here, or with the tick.
   *
   * @throws RunEndedError, RunNotFoundError, SignalsFullError
   */
  async send(run: RunSummary, kind: InboxMessage['kind'], sent?: Sent): Promise<InboxMessage> {
    const message = await this.#stored.send(run, kind, sent);
    this.#active.deliver(message);
    return message;
  }

  /** Starts nothing more, waits for what is under way, at most `graceMs`, and gives up the lease. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { clock, graceMs, journal, owner } = this.#parts;
    this.#active.close();
    const cancels = [clock.after(graceMs, () => this.#active.giveUp()), clock.after(graceMs + LEAVING_MS, () => this.#active.abandon())];
    await this.#active.settled();
    for (const cancel of cancels) cancel();
    // Where the store is away the lease ends by itself.
    await atMost(
      clock,
      LEAVING_MS,
      this.#ticker.stop().then(() => journal.release(owner)),
    );
    this.#active.abandon();
  }
}

/** What a run is given, as it is written. */
function given({ values, args, hash }: PreparedInputs): Pick<NewRun, 'inputs' | 'args' | 'inputsHash'> {
  return { inputs: values, ...(args === undefined ? {} : { args }), inputsHash: hash };
}

/** @throws RunConflictError when the id belongs to another flow or other inputs */
function refuseOthers(run: RunSummary, flow: CompiledFlow, inputs: PreparedInputs): void {
  if (run.flow !== flow.name || run.inputsHash !== inputs.hash)
    throw new RunConflictError(run.key, flow.name, run.flow, inputs.args === undefined ? 'inputs' : 'inputs or args');
}
