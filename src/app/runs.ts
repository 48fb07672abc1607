import type { CompiledFlow } from '../compilation/index.js';
import {
  type AnyRunResult,
  beginRun,
  type Engine,
  type EngineParts,
  type FlowEvent,
  foldRun,
  isWoken,
  type OpenedRun,
  resetRun,
  runOf,
  runResult,
  type StepDecision,
  takeOver,
} from '../engine/index.js';
import { AppStoppedError, isFlowproofError, RunConflictError, RunNotFoundError, RunOwnedError, StaleRunError } from '../model/errors.js';
import { isEnded, type RunState } from '../model/states.js';
import type { InboxMessage, Journal, LoadedRun, RunSummary } from '../persistence/index.js';
import type { PreparedInputs } from './inputs.js';
import { type Naming, refuseTold } from './naming.js';
import { patiently } from './patience.js';
import { Ticker } from './ticker.js';

export interface RunsParts extends EngineParts {
  readonly journal: Journal;
  /** Id of this process's lease. */
  readonly owner: string;
  readonly graceMs: number;
}

/** Whether a run may be taken from the engine that has it. */
export type Takeover = 'if-dead' | 'force';

/** What a caller does about a run that a live engine elsewhere has. */
export type IfOwned = 'wait' | 'refuse';

/** What a caller wants with a run beside its result. */
export interface Wishes {
  readonly takeover: Takeover;
  readonly ifOwned: IfOwned;
  /** A run that succeeded runs again: what is new in its flow is done. */
  readonly rerun?: boolean;
  /** Id of a message in the run's inbox that somebody has to heed: a run that rests goes on for it, and for nothing else. */
  readonly message?: string;
  /** Told of each step; the run waits until it resolves. */
  readonly watch?: (engine: Engine, step: StepDecision, events: readonly FlowEvent[]) => Promise<void>;
  /** Told of the engine, if it is driven here. */
  readonly driven?: (engine: Engine) => void;
}

const PATIENT: Wishes = { takeover: 'if-dead', ifOwned: 'wait' };

interface Active {
  readonly engine: Engine;
  readonly summary: Pick<RunSummary, 'key' | 'flow' | 'inputsHash'>;
  readonly result: Promise<AnyRunResult>;
}

/** The runs that this process drives or waits for. */
export class Runs {
  readonly #parts: RunsParts;
  readonly #ticker: Ticker;
  readonly #active = new Map<string, Active>();
  readonly #openings = new Map<string, Promise<unknown>>();
  /** All that is being opened, with or without an id. */
  readonly #pending = new Set<Promise<unknown>>();
  readonly #abandoned = new Set<string>();
  #stopped = false;

  constructor(parts: RunsParts) {
    this.#parts = parts;
    const { journal, clock, owner, leaseMs } = parts;
    this.#ticker = new Ticker({ journal, clock, owner, leaseMs, onMessage: (message) => this.#deliver(message) });
  }

  /** Begins a run, or joins the one that has this id. Resolves when its first step is durable, with its result to come. */
  async start(flow: CompiledFlow, naming: Naming, inputs: PreparedInputs): Promise<StartedRun> {
    const { key } = naming;
    refuseTold(flow, inputs, naming);
    const done = await this.#ticker.use();
    try {
      const { owner } = this.#parts;
      const params = { ...naming, inputs: inputs.values, inputsHash: inputs.hash, owner };
      const begun = await this.#opening(key, async () => {
        const opened = await beginRun(flow, params, this.#parts);
        return 'exists' in opened ? opened.exists : this.#drive(flow, opened);
      });
      if ('result' in begun) return begun;
      refuseOthers(begun, flow, inputs);
      return { key: begun.key, result: quiet(this.#join(flow, begun, PATIENT)) };
    } finally {
      done();
    }
  }

  /** Writes a run down that begins when somebody runs it, unless there is one of this id. */
  async prepare(flow: CompiledFlow, naming: Naming & { readonly key: string }, inputs: PreparedInputs): Promise<void> {
    const { key } = naming;
    refuseTold(flow, inputs, naming);
    const params = { ...naming, inputs: inputs.values, inputsHash: inputs.hash, owner: null };
    const begun = await this.#opening(key, () => beginRun(flow, params, this.#parts));
    if ('exists' in begun) refuseOthers(begun.exists, flow, inputs);
  }

  /** Goes on with a stored run. @throws RunOwnedError when a live engine has it and the caller would not wait */
  async resume(find: (run: RunSummary) => CompiledFlow, key: string, wishes: Wishes): Promise<AnyRunResult> {
    const done = await this.#ticker.use();
    try {
      const run = await this.#patiently(() => this.find(key));
      return await this.#join(find(run), run, wishes);
    } finally {
      done();
    }
  }

  /** Lets a run that rests begin anew, when somebody runs it. @throws RunOwnedError when it is under way */
  async reset(find: (run: RunSummary) => CompiledFlow, key: string): Promise<void> {
    await this.#opening(key, async () => {
      const run = await this.find(key);
      const loaded = await this.load(run);
      const status = await foldRun(loaded);
      if (status.state === 'RUNNING') throw new RunOwnedError(key, run.owner?.id ?? 'that died');
      const { engine, first } = await resetRun(runOf(find(run), status, this.#parts.codec, false), loaded.inbox, this.#parts);
      engine.announce(first);
    });
  }

  /**
   * Goes on with a run that nobody alive has; if somebody is faster, waits for it.
   *
   * @param message that somebody has to heed: see {@link Wishes}
   */
  adopt(flow: CompiledFlow, run: RunSummary, message?: string): StartedRun {
    const wishes = message === undefined ? PATIENT : { ...PATIENT, message };
    const result = this.#ticker.use().then(async (done) => {
      try {
        return await this.#join(flow, run, wishes);
      } finally {
        done();
      }
    });
    return { key: run.key, result: quiet(result) };
  }

  /** @throws RunNotFoundError */
  async find(key: string): Promise<RunSummary> {
    const run = await this.#parts.journal.find({ key });
    if (run === undefined) throw new RunNotFoundError(key);
    return run;
  }

  /** Whether this process drives the run of this id now. */
  has(key: string): boolean {
    return this.#drivenHere(key) !== undefined;
  }

  #drivenHere(key: string): Active | undefined {
    return [...this.#active.values()].find(({ summary }) => summary.key === key);
  }

  /** Asks a run to stop between two tasks, wherever it is driven. Resolves when the wish is durable, or taken up here. */
  async suspend(key: string): Promise<void> {
    // At once, where it can be: a listener that asks for it is heard before the next task is called.
    const here = this.#drivenHere(key);
    if (here !== undefined) return here.engine.suspend();
    await this.send(await this.find(key), 'suspend');
  }

  /**
   * Tells a run what an outsider wants. Resolves with the message's id when that is durable; its engine hears it at once if it
   * is here, or by the tick.
   *
   * @throws RunEndedError, RunNotFoundError
   */
  async send(run: RunSummary, kind: InboxMessage['kind'], payload?: string): Promise<string> {
    const message = { id: this.#parts.ids.unique(), runId: run.runId, kind, ...(payload === undefined ? {} : { payload }) };
    try {
      await this.#parts.journal.send(message);
    } catch (error) {
      if (isFlowproofError(error, 'RUN_NOT_FOUND')) throw new RunNotFoundError(run.key);
      throw error;
    }
    this.#deliver(message);
    return message.id;
  }

  /** Starts nothing more, waits for what is under way, at most `graceMs`, and gives up the lease. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const { engine } of this.#active.values()) engine.stop();
    const cancel = this.#parts.clock.after(this.#parts.graceMs, () => {
      for (const { engine, summary } of this.#active.values()) engine.giveUp(new AppStoppedError(summary.key));
    });
    // What is being opened becomes active, and is stopped then.
    while (this.#pending.size + this.#active.size > 0) {
      await Promise.allSettled([...this.#pending, ...[...this.#active.values()].map(({ result }) => result)]);
    }
    cancel();
    await this.#ticker.stop();
    // Where the store is away the lease ends by itself.
    await this.#parts.journal.release(this.#parts.owner).catch(() => undefined);
  }

  /** Runs whose engine here had to give up, and that nobody has taken since: this process seems to have them still. */
  async abandoned(): Promise<readonly RunSummary[]> {
    const found = await Promise.all([...this.#abandoned].map((runId) => this.#parts.journal.find({ runId })));
    return found.filter(
      (run): run is RunSummary => run?.state === 'RUNNING' && run.owner?.id === this.#parts.owner && !this.#active.has(run.runId),
    );
  }

  /** The result of a run, whoever drives it. */
  async #join(flow: CompiledFlow, found: RunSummary, wishes: Wishes): Promise<AnyRunResult> {
    const { takeover, ifOwned } = wishes;
    for (let run = found; ; ) {
      const active = this.#active.get(run.runId);
      if (active !== undefined && ifOwned === 'wait') {
        const result = await active.result;
        if (!mayWait(result.state, wishes)) return result;
        // The message may have come when the engine had stopped listening.
        const { key } = run;
        run = await this.#patiently(() => this.find(key));
        continue;
      }
      const elsewhere = run.owner?.alive === true && run.owner.id !== this.#parts.owner && takeover === 'if-dead';
      if (ifOwned === 'refuse' && (active !== undefined || elsewhere)) throw new RunOwnedError(run.key, run.owner?.id ?? this.#parts.owner);
      if (this.#stopped) throw new AppStoppedError(run.key);
      if (elsewhere) {
        run = await this.#ticker.news(run);
        if (run.state === 'SUSPENDED' && !mayWait(run.state, wishes)) return { state: 'SUSPENDED', flow: run.flow, runId: run.key };
        continue;
      }
      const settled = await this.#opening(run.key, () => this.#takeOver(flow, run, wishes));
      if (settled !== undefined) return settled.result;
      const { key } = run;
      run = await this.#patiently(() => this.find(key));
    }
  }

  /** The run, driven here or ended; nothing when another engine was faster. */
  async #takeOver(flow: CompiledFlow, run: RunSummary, wishes: Wishes): Promise<{ readonly result: Promise<AnyRunResult> } | undefined> {
    const active = this.#active.get(run.runId);
    if (active !== undefined) return wishes.message === undefined ? active : undefined;
    const { loaded, status } = await this.#patiently(async () => {
      const read = await this.load(run);
      return { loaded: read, status: await foldRun(read) };
    });
    const isHeeded = wishes.message !== undefined && !loaded.inbox.some(({ id }) => id === wishes.message);
    if (isHeeded && status.state === 'PENDING') throw new StaleRunError(run.key);
    const goesOn = !isHeeded && (isWoken(status, loaded.inbox) || (wishes.rerun === true && status.state === 'SUCCESS'));
    const rests = isEnded(status.state) || (isHeeded && status.state === 'SUSPENDED');
    const taken = runOf(flow, status, this.#parts.codec, goesOn || !rests);
    if (rests && !goesOn) return { result: Promise.resolve(runResult(flow, status, this.#parts.codec)) };
    const parts = wishes.watch === undefined ? this.#parts : { ...this.#parts, listening: () => true };
    try {
      return this.#drive(flow, await takeOver(taken, loaded.inbox, this.#parts.owner, parts), wishes);
    } catch (error) {
      if (isFlowproofError(error, 'STALE_RUN')) return undefined;
      throw error;
    }
  }

  /** One after the other for one id: two calls here never fight over a run. */
  async #opening<Result>(key: string | undefined, open: () => Promise<Result>): Promise<Result> {
    if (this.#stopped) throw new AppStoppedError(key);
    const before = (key === undefined ? undefined : this.#openings.get(key)) ?? Promise.resolve();
    const opened = before.then(open, open);
    const settled = opened
      .catch(() => undefined)
      .then(() => {
        this.#pending.delete(settled);
        if (key !== undefined && this.#openings.get(key) === settled) this.#openings.delete(key);
      });
    this.#pending.add(settled);
    if (key !== undefined) this.#openings.set(key, settled);
    return opened;
  }

  #patiently<Result>(read: () => Promise<Result>): Promise<Result> {
    const { clock, storeTimeoutMs } = this.#parts;
    return patiently(read, { clock, storeTimeoutMs, isOver: () => this.#stopped });
  }

  async load(run: RunSummary): Promise<LoadedRun> {
    const loaded = await this.#parts.journal.load(run.runId);
    if (loaded === undefined) throw new RunNotFoundError(run.key);
    return loaded;
  }

  #drive(flow: CompiledFlow, { engine, first }: OpenedRun, wishes: Wishes = PATIENT): StartedRun {
    const { runId, creation } = engine.run.status;
    wishes.driven?.(engine);
    const result = quiet(this.#driveToRest(flow, engine, first, wishes));
    this.#abandoned.delete(runId);
    this.#active.set(runId, { engine, summary: creation, result });
    return { key: creation.key, result, engine };
  }

  async #driveToRest(flow: CompiledFlow, engine: Engine, first: OpenedRun['first'], { watch }: Wishes): Promise<AnyRunResult> {
    const done = await this.#ticker.use();
    try {
      if (this.#stopped) engine.stop();
      const end = await engine.drive(first, watch && ((step, events) => watch(engine, step, events)));
      if (end === 'stopped') throw new AppStoppedError(engine.run.status.creation.key);
      return runResult(flow, engine.run.status, this.#parts.codec);
    } catch (error) {
      if (!isFlowproofError(error, 'STALE_RUN') && !isFlowproofError(error, 'APP_STOPPED')) this.#abandoned.add(engine.run.status.runId);
      throw error;
    } finally {
      this.#active.delete(engine.run.status.runId);
      done();
    }
  }

  #deliver(message: InboxMessage): void {
    this.#active.get(message.runId)?.engine.deliver(message);
  }
}

/** Whether a run that came to rest in this state may have a message yet that its engine has not heard. */
function mayWait(state: RunState, { message }: Wishes): boolean {
  return message !== undefined && (state === 'SUSPENDED' || state === 'FAILURE');
}

/** @throws RunConflictError when the id belongs to another flow or other inputs */
function refuseOthers(run: RunSummary, flow: CompiledFlow, inputs: PreparedInputs): void {
  if (run.flow !== flow.name || run.inputsHash !== inputs.hash) throw new RunConflictError(run.key, flow.name, run.flow);
}

/** Whoever started a run may never ask for its result: then its error is nobody's. */
function quiet<Result>(result: Promise<Result>): Promise<Result> {
  result.catch(() => undefined);
  return result;
}

/** A run whose first step is durable. */
export interface StartedRun {
  readonly key: string;
  readonly result: Promise<AnyRunResult>;
  /** Its engine, if it was driven here from the beginning. */
  readonly engine?: Engine;
}
