import type { CompiledFlow } from '../../compilation/index.js';
import {
  type AnyRunResult,
  beginRun,
  type Engine,
  type EngineContext,
  foldRun,
  isWoken,
  type NewRun,
  type OpenedRun,
  openClaimed,
  runOf,
  runResult,
  standingOf,
  takeOver,
  unbounded,
} from '../../engine/index.js';
import { AppStoppedError, isFlowproofError, StaleRunError } from '../../model/errors.js';
import { isEnded } from '../../model/states.js';
import { type Entry, isWokenBy, knownMessages, type RunSummary } from '../../persistence/index.js';
import type { FlowFinder } from '../registry/flow-finder.js';
import type { ActiveRuns } from './active-runs.js';
import { type ClaimedOpening, type ClaimedOpenings, notingLast } from './claimed-openings.js';
import { type JoinOptions, WAIT_FOR_OWNER } from './join-options.js';
import type { Sleepers } from './sleepers.js';
import type { StoredRuns } from './stored-runs.js';
import type { Ticker } from './ticker.js';

export interface DriverParts extends EngineContext {
  /** Id of this app's lease. */
  readonly owner: string;
  /** Called with a run that an engine here gave up, for another reason than that another engine has it or the app stops. */
  readonly lost?: (run: Pick<RunSummary, 'runId' | 'key' | 'flow'>, error: unknown) => void;
  /** Called with a run that an engine here has let go of, and with one that has an engine. */
  readonly sleepers?: Pick<Sleepers, 'add' | 'delete'>;
  /** Runs that were begun with their claims. */
  readonly openings?: Pick<ClaimedOpenings, 'take' | 'putBack' | 'takeUncalled'>;
}

/** A run whose first step is durable. */
export interface StartedRun {
  readonly key: string;
  /** Waits for its end, or until it rests. */
  result(): Promise<AnyRunResult>;
  /** Its engine, if it was driven here from the beginning. */
  readonly engine?: Engine;
}

/** A run that an engine has. */
export interface OpenRun {
  readonly key: string;
  /** Nothing: it sleeps, or a conductor has stopped it, and no engine has it any more. */
  readonly result: Promise<AnyRunResult | undefined>;
  readonly engine?: Engine;
}

/** Gives runs an engine here, and lets it drive them to their end, a rest or a stop. */
export class Driver {
  readonly #parts: DriverParts;
  readonly #active: ActiveRuns;
  readonly #stored: StoredRuns;
  readonly #ticker: Ticker;

  constructor(parts: DriverParts, active: ActiveRuns, stored: StoredRuns, ticker: Ticker) {
    this.#parts = parts;
    this.#active = active;
    this.#stored = stored;
    this.#ticker = ticker;
  }

  /** Begins a run and drives it, unless there is one of this id. */
  async begin(flow: CompiledFlow, params: Omit<NewRun, 'owner'>): Promise<OpenRun | { readonly exists: RunSummary }> {
    const opened = await beginRun(flow, { ...params, owner: this.#parts.owner }, this.#parts);
    return 'exists' in opened ? opened : this.#drive(flow, opened, WAIT_FOR_OWNER);
  }

  /** The run, driven here or at rest; nothing when another engine was faster, though it were so since the run was found. */
  async takeOver(flows: FlowFinder, run: RunSummary, options: JoinOptions): Promise<Pick<OpenRun, 'result'> | undefined> {
    const active = this.#active.get(run.runId);
    if (active !== undefined) return options.message === undefined && options.watch === undefined ? active : undefined;
    const { codec, owner, openings } = this.#parts;
    const opening = options.message === undefined && options.watch === undefined ? openings?.take(run.runId) : undefined;
    const opened = opening && this.#openClaimed(flows, run, opening, options);
    if (opened !== undefined) return opened;
    let last: Entry | undefined;
    const { inbox, status, holder } = await this.#stored.whenAvailable(async () => {
      const loaded = notingLast(await this.#stored.load(run), (entry) => {
        last = entry;
      });
      return { inbox: loaded.inbox, status: await foldRun(loaded), holder: loaded.summary.owner };
    });
    const neverCalled = last !== undefined && (openings?.takeUncalled(last) === true || isOf(opening, last));
    if (holder?.alive === true && holder.id !== owner && options.takeover === 'if-dead') return undefined;
    const isAsked = knownMessages(inbox).some(({ kind }) => isWokenBy(standingOf(status), kind));
    if (options.recovers === true && status.state !== 'RUNNING' && !isAsked) return undefined;
    const isConsumed = options.message !== undefined && !inbox.some(({ id }) => id === options.message);
    if (isConsumed && status.state === 'PENDING') throw new StaleRunError(run.key);
    const goesOn = !isConsumed && (isWoken(status, inbox) || (options.rerun === true && status.state === 'SUCCESS'));
    const rests = isEnded(status.state) || (isConsumed && status.state === 'SUSPENDED');
    const flow = flows.of(status.creation);
    const taken = runOf(flow, status, codec, goesOn || !rests);
    if (rests && !goesOn) return { result: Promise.resolve(runResult(flow, status, codec)) };
    // A slot that a step holds until its watcher goes on could be the one that the watcher itself waits for.
    const parts =
      options.watch === undefined
        ? this.#parts
        : { ...this.#parts, listening: () => true, horizonMs: () => undefined, executors: unbounded(this.#parts.executors) };
    try {
      const open = this.#drive(flow, await takeOver(taken, inbox, owner, parts, neverCalled), options);
      this.#ticker.tell({ ...run, state: open.engine?.run.status.state ?? run.state, owner: { id: owner, alive: true } });
      return open;
    } catch (error) {
      if (isFlowproofError(error, 'STALE_RUN')) return undefined;
      throw error;
    }
  }

  /** Nothing: it is to be taken over, as it begins with another step by now. */
  #openClaimed(flows: FlowFinder, run: RunSummary, opening: ClaimedOpening, options: JoinOptions): OpenRun | undefined {
    const [transition] = opening.created.transitions;
    if (transition?.[0] !== 'CREATED') return undefined;
    let flow: CompiledFlow;
    let opened: OpenedRun | undefined;
    try {
      flow = flows.of(transition[1]);
      opened = openClaimed(flow, opening, opening.sentAtMs, this.#parts);
    } catch (error) {
      this.#parts.openings?.putBack(opening);
      throw error;
    }
    if (opened === undefined) return undefined;
    const open = this.#drive(flow, opened, options);
    this.#ticker.tell({ ...run, state: 'RUNNING', owner: { id: this.#parts.owner, alive: true } });
    return open;
  }

  /** What a run that rests or has ended gives, read from its journal. */
  async outcome(flows: FlowFinder, run: RunSummary): Promise<AnyRunResult> {
    const { codec } = this.#parts;
    const status = await this.#stored.whenAvailable(async () => foldRun(await this.#stored.load(run)));
    const flow = flows.of(status.creation);
    return runResult(flow, runOf(flow, status, codec, false).run.status, codec);
  }

  #drive(flow: CompiledFlow, { engine, first }: OpenedRun, options: JoinOptions): OpenRun {
    const { runId, creation } = engine.run.status;
    options.driven?.(engine);
    this.#parts.sleepers?.delete(runId);
    const drive = (): Promise<AnyRunResult | undefined> => this.#driveToRest(flow, engine, first, options);
    // It may have been begun by a task: what happens in it is no part of that call.
    const driven = this.#parts.loans?.outside(drive) ?? drive();
    const result = quiet(this.#active.untilAbandoned(creation.key, driven));
    this.#active.add(runId, { engine, summary: creation, result, isRecovered: options.recovers === true });
    return { key: creation.key, result, engine };
  }

  async #driveToRest(
    flow: CompiledFlow,
    engine: Engine,
    first: OpenedRun['first'],
    { watch }: JoinOptions,
  ): Promise<AnyRunResult | undefined> {
    const { runId, creation } = engine.run.status;
    const done = await this.#ticker.use();
    try {
      if (this.#active.isClosed) engine.stop();
      const end = await engine.drive(first, watch && ((step, events) => watch(engine, step, events)));
      // A conductor has stopped this one run: who waits for it goes on to do so, whoever has it next.
      if (end === 'stopped' && !this.#active.isClosed) return undefined;
      if (end === 'stopped') throw new AppStoppedError(creation.key);
      if (end === 'asleep') {
        this.#parts.sleepers?.add(runId, engine.wakeAtMs);
        if (engine.leftMessages) this.#ticker.hurry();
        return undefined;
      }
      return runResult(flow, engine.run.status, this.#parts.codec);
    } catch (error) {
      this.#active.delete(runId);
      if (!isFlowproofError(error, 'STALE_RUN') && !isFlowproofError(error, 'APP_STOPPED'))
        this.#parts.lost?.({ runId, key: creation.key, flow: flow.name }, error);
      throw error;
    } finally {
      this.#active.delete(runId);
      done();
    }
  }
}

/** Whether the last entry of a run is that of its claim. */
function isOf(opening: ClaimedOpening | undefined, { seq, writer }: Entry): boolean {
  return seq === 1 && opening?.begun.writer === writer;
}

/** Whoever started a run may never ask for its result: then its failure is no unhandled rejection. */
export function quiet<Result>(result: Promise<Result>): Promise<Result> {
  result.catch(() => undefined);
  return result;
}
