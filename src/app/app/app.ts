import type {
  AnyFlow,
  AppRunOptionsFor,
  ByIdAlone,
  FlowOf,
  KnownToApp,
  Provides,
  RunResult,
  RunsAloneInApp,
  RunsInApp,
  SentWith,
  SignalIn,
} from '../../authoring/index.js';
import type { ExecutorChoice } from '../../calls/index.js';
import type { Durability, OnFailure } from '../../engine/index.js';
import type { Clock } from '../../model/clock.js';
import type { Codec } from '../../model/codec/codec.js';
import type { LogbookFilter, LogbookPage, Metadata } from '../../persistence/index.js';
import type { AppLimits } from '../queue/limit-info.js';
import type { AppSchedules } from '../schedules/schedule-info.js';
import type { FlowEngine } from '../steps/flow-engine.js';
import type { CancelOptions } from '../views/cancel-options.js';
import type { RunHandle, SignalOptions } from '../views/run-handle.js';
import type { InspectOptions, PruneQuery, RunsPage, RunsQuery, RunView } from '../views/run-view.js';
import type { AppEvents } from './app-events.js';
import type { Posting } from './posting.js';
import type { NewRunOptions, ResumeOptions } from './run-options.js';
import type { StopOptions } from './stop-options.js';

declare global {
  // Declared as lib.esnext.disposable does, for users whose `lib` has no disposables yet.
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol;
  }
}

/** Settings that have good defaults. `Infinity` is for ever, but for `leaseMs`, which others wait for. */
export interface EngineOptions {
  /** Where tasks run, and how many at once: `serial()`, or `concurrent({ perRun, limit })`. Default: `serial()`. */
  readonly executor?: ExecutorChoice<unknown>;
  /** When steps have to be on disk: {@link Durability}. Default: `step`. */
  readonly durability?: Durability;
  /**
   * What a failure does beside its own consequences. `revert`: what runs meanwhile ends by itself. `abortSiblings`: the
   * signals of what is to be undone anyway are aborted. `stop`: nothing is retried and nothing undone; what runs ends, and
   * the run ends FAILURE. Default: `revert`.
   */
  readonly onFailure?: OnFailure;
  /** How long other processes wait before they take over from this one when it is silent. Default: 5,000. */
  readonly leaseMs?: number;
  /**
   * How long `stop()` waits for the tasks under way. Then it leaves them, and ends within some seconds, though the store gives
   * no answer. Default: 10,000.
   */
  readonly graceMs?: number;
  /**
   * How long runs, and whoever starts one, waits for one or opens the app, wait for a store that is out of reach: it is being
   * restarted or switched over, only reads, has no connection left, or the network swallows what it is sent. What waiting does not help, such
   * as a wrong password, is an error at once. Default: 60,000.
   */
  readonly storeTimeoutMs?: number;
  /**
   * A snapshot bounds what a resume has to read of a run that tries again and again. One is written when at least so many
   * entries, and twice as many as it would hold, have been written since the last. Default: 1,000.
   */
  readonly snapshotAfter?: number;
  /**
   * How many steps a run may have. Then nothing new begins: the task that would be next fails with `JOURNAL_FULL` without
   * being called, no retry is asked, and what was done is undone; `ctx.save` rejects. An event says so at four
   * fifths (`type: 'journal'`). Default: 100,000, or 10 for each node of the flow if that is more.
   */
  readonly maxSteps?: number;
  /**
   * For tests: `transaction` of `flowproof/postgres` works on every store, as a plain transaction. Where the store is not
   * `postgres(url)`, a process that dies between COMMIT and the step lets the task be done again. Without it, the task fails with
   * `NOT_TRANSACTIONAL`. Default: false.
   */
  readonly allowUnfenced?: boolean;
  /** Default: JSON plus Date, bigint, Map, Set, undefined, Uint8Array, Buffer, URL, RegExp and Error. */
  readonly codec?: Codec;
  /** Times are taken as whole milliseconds; what is no time, or throws, is reckoned from the last reading. Default: the system's. */
  readonly clock?: Clock;
}

/** Runs flows and keeps what they do. Made by {@link flowproof}; stop it when the process ends. */
export interface App<Flows extends readonly AnyFlow[]> extends AppEvents<Flows>, Posting<Flows> {
  /**
   * Connects, brings the store up to date, and takes up what others left. With `recover`, the process stays alive from then on
   * until `stop`. Optional: the first use does the same, and keeps no process alive. For servers and workers, so that what is
   * wrong is known at the start.
   *
   * @throws PersistenceError
   *
   * @example
   * ```ts
   * import { file, flowproof } from 'flowproof';
   * const app = flowproof({ persistence: file('./.flowproof'), flows: [] });
   * await app.ready();
   * process.once('SIGTERM', () => void app.stop());
   * ```
   */
  ready(): Promise<void>;
  /**
   * Runs a flow to its end, a suspension, or a stop, and gives the outcome. With an `id` that is known already it
   * gives that run's outcome: stored, awaited from another process, or by going on where a dead one stopped.
   *
   * @throws FlowDefinitionError `FLOW_DEFINITION`, InvalidInputError `INVALID_INPUT`: nothing was written
   * @throws RunConflictError `RUN_CONFLICT` when the id belongs to other inputs or another flow
   * @throws RunNotFoundError `RUN_NOT_FOUND` when another process had the run, and it was pruned before its end was known here
   * @throws StaleRunError `STALE_RUN` when another engine took the run over
   * @throws AppStoppedError `APP_STOPPED` when the app was stopped meanwhile
   * @throws PersistenceError
   */
  run<F>(flow: RunsAloneInApp<F, Flows[number]>): Promise<RunResult<Extract<F, AnyFlow>>>;
  run<F>(
    flow: RunsInApp<F, Flows[number]>,
    options: AppRunOptionsFor<Extract<F, AnyFlow>, NewRunOptions>,
  ): Promise<RunResult<Extract<F, AnyFlow>>>;
  /** Like {@link App.run}, but gives the results themselves. @throws FlowFailedError `FLOW_FAILED` for any other end */
  runOrThrow<F>(flow: RunsAloneInApp<F, Flows[number]>): Promise<Provides<F>>;
  runOrThrow<F>(flow: RunsInApp<F, Flows[number]>, options: AppRunOptionsFor<Extract<F, AnyFlow>, NewRunOptions>): Promise<Provides<F>>;
  /** Begins a run and returns when that is durable. Throws like {@link App.run}. */
  start<F>(flow: RunsAloneInApp<F, Flows[number]>): Promise<RunHandle<Extract<F, AnyFlow>>>;
  start<F>(
    flow: RunsInApp<F, Flows[number]>,
    options: AppRunOptionsFor<Extract<F, AnyFlow>, NewRunOptions>,
  ): Promise<RunHandle<Extract<F, AnyFlow>>>;
  /**
   * A run that is stored, by its id: to look at, wait for, suspend or cancel, from any process. Nothing is read before it is
   * used; then `RUN_NOT_FOUND` says that there is none, and `RUN_CONFLICT` that it is a run of another flow. Its `result()`
   * only waits, also for a run that rests PENDING: {@link App.run} and {@link App.resume} begin it, or take it over.
   *
   * @example
   * ```ts
   * import { file, flowproof, linear } from 'flowproof';
   * const order = linear('order').input<{ item: string }>().build();
   * const app = flowproof({ persistence: file('.flowproof'), flows: [order] });
   * const { id } = await app.start(order, { id: 'o-1', inputs: { item: 'lamp' } });
   * // in another request:
   * console.log(await app.handle(order, id).state());
   * await app.stop();
   * ```
   */
  handle<Root>(flow: KnownToApp<Root, Flows[number]>, id: string): RunHandle<FlowOf<Root>>;
  handle(id: string): RunHandle<Flows[number]>;
  /**
   * Goes on with a stored run: after a crash, a stop or a suspension. An ended run gives its outcome again.
   *
   * @throws RunNotFoundError `RUN_NOT_FOUND`
   * @throws RunOwnedError `RUN_OWNED` when a live engine has it
   * @throws RunConflictError `RUN_CONFLICT` when it is a run of another flow
   * @throws IncompatibleFlowError `INCOMPATIBLE_FLOW` when the flow has changed too much; nothing was changed
   */
  resume<Root>(flow: KnownToApp<Root, Flows[number]>, id: string, options?: ResumeOptions): Promise<RunResult<FlowOf<Root>>>;
  resume<const Args extends readonly unknown[]>(...args: ByIdAlone<Args, ResumeOptions>): Promise<RunResult<Flows[number]>>;
  /**
   * Goes on, now, with every RUNNING run of this app's flows that no living process has; suspended ones rest. For apps with
   * `recover: false`, and to have the handles: others do this by themselves.
   */
  resumeAll(): Promise<readonly RunHandle<Flows[number]>[]>;
  /**
   * Takes a run in hand, step by step: {@link FlowEngine}. Nothing is written before `prepare`, `run` or `steps`.
   *
   * @param options `id` and `inputs` as for {@link App.run}
   */
  engine<F>(flow: RunsAloneInApp<F, Flows[number]>): FlowEngine<Extract<F, AnyFlow>>;
  engine<F>(
    flow: RunsInApp<F, Flows[number]>,
    options: AppRunOptionsFor<Extract<F, AnyFlow>, NewRunOptions>,
  ): FlowEngine<Extract<F, AnyFlow>>;
  /**
   * Lets a run that rests, sleeps or has ended begin anew, or one that the process left which had it: nothing of what it did counts, and nothing of it is undone. It waits,
   * PENDING, for `run` or `resume`. TaskFlow's `reset`, from every state in which nothing runs (D-14, D-18).
   *
   * @throws RunNotFoundError `RUN_NOT_FOUND`
   * @throws RunOwnedError `RUN_OWNED` when a living process has it
   */
  reset(id: string): Promise<void>;
  /**
   * Leaves a run that rests, sleeps or has ended to whoever is free, as {@link App.reset} and {@link Posting.post} would in one step: it begins anew. One that
   * is delayed, or was left alone because too many processes died with it, is to be begun now.
   *
   * @throws RunNotFoundError `RUN_NOT_FOUND`
   * @throws RunOwnedError `RUN_OWNED` when a living process has it
   */
  requeue(id: string): Promise<RunHandle<Flows[number]>>;
  /**
   * Runs a run that succeeded again: what is new in its flow is done, everything else stays done.
   *
   * @throws RunNotFoundError `RUN_NOT_FOUND`
   * @throws RunConflictError `RUN_CONFLICT` when it is a run of another flow; IncompatibleFlowError `INCOMPATIBLE_FLOW`
   */
  rerun<Root>(flow: KnownToApp<Root, Flows[number]>, id: string): Promise<RunResult<FlowOf<Root>>>;
  /**
   * Asks a run to end, undone, wherever it is driven; one that no process drives is undone here. Resolves when the request
   * is durable. One that comes while the run's last step is written comes too late, and does nothing: the result says how it ended.
   * With `undo: false` it ends where it is, and what it has done stays done: CANCELLED and `partial`. Asked again, without
   * that, such a run goes back after all.
   *
   * @throws RunNotFoundError `RUN_NOT_FOUND`
   * @throws RunEndedError `RUN_ENDED` when the run has ended
   *
   * @example
   * ```ts
   * import { file, flowproof, linear } from 'flowproof';
   * const order = linear('order').input<{ item: string }>().build();
   * const app = flowproof({ persistence: file('.flowproof'), flows: [order] });
   * const { runs } = await app.runs({ flow: 'order', states: ['RUNNING', 'SUSPENDED'] });
   * for (const { id } of runs) await app.cancel(id, { undo: false, reason: 'the shop is closed' });
   * await app.stop();
   * ```
   */
  cancel(id: string, options?: CancelOptions): Promise<RunHandle<Flows[number]>>;
  /**
   * Sends a signal to a run, as `waitFor` shows. Resolves when it is durable: it is heard now, or by the wait of its name that begins
   * next, also if the run is suspended or its process has died.
   * @throws InvalidInputError, RunNotFoundError, RunConflictError, RunEndedError, SignalsFullError
   */
  signal<Root, const Name extends string>(
    flow: KnownToApp<Root, Flows[number]>,
    id: string,
    name: SignalIn<FlowOf<Root>, Name>,
    ...sent: [...SentWith<FlowOf<Root>, Name>, options?: SignalOptions]
  ): Promise<void>;
  /**
   * Goes on with a run that ended in FAILURE, when what it failed by is mended. Where reverts have failed, these are called
   * again, and the run goes on going back. Else what failed or was undone begins anew, in rounds of its own and so with
   * idempotency keys of its own, and what is done stays done: so it is after `onFailure: 'stop'`, where nothing was undone,
   * and after a retry that undid its own flow only. A task that was interrupted is undone before, as what it did is not known.
   *
   * @throws RunNotFoundError `RUN_NOT_FOUND`
   * @throws RunNotFailedError `RUN_NOT_FAILED`
   * @throws IncompatibleFlowError `INCOMPATIBLE_FLOW`
   */
  retryFailed(id: string): Promise<RunHandle<Flows[number]>>;
  /**
   * Tries a revert that has failed again, as an operator who has mended what was in its way (D-7). The run goes on from
   * there, in this app if no process drives it.
   *
   * @param path of the task, as in the `pendingReverts` of the run's result
   * @throws RunNotFoundError `RUN_NOT_FOUND`
   * @throws RevertNotFailedError `REVERT_NOT_FAILED`
   */
  retryRevert(id: string, path: string): Promise<RunHandle<Flows[number]>>;
  /** Takes a revert that has failed as done, because somebody has undone it by hand. Otherwise like {@link App.retryRevert}. */
  skipRevert(id: string, path: string): Promise<RunHandle<Flows[number]>>;
  /**
   * Asks a run to stop between two tasks, wherever it is driven. Resolves when its engine here has heard it, or when the
   * request is durable for the engine elsewhere.
   *
   * @throws RunNotFoundError `RUN_NOT_FOUND`
   * @throws RunEndedError `RUN_ENDED` when the run has ended
   */
  suspend(id: string): Promise<void>;
  /** The runs of the store, newest first, a page at a time. @throws TypeError when the query asks for what no list can be asked for */
  runs(query?: RunsQuery): Promise<RunsPage>;
  /**
   * A run as its journal tells it: inputs, and what became of each task. Secrets are masked, unless `secrets: 'plain'` asks for them.
   *
   * @throws RunNotFoundError `RUN_NOT_FOUND`
   */
  inspect(id: string, options?: InspectOptions): Promise<RunView>;
  /** What begins by the clock, for operators. */
  readonly schedules: AppSchedules<Flows[number]>;
  /** How many runs of flows with limits may be under way or begin, for operators. */
  readonly limits: AppLimits;
  /** Says what a logbook carries, such as `{ team: 'shop' }`. Runs that name one make it, too. */
  saveLogbook(name: string, metadata: Metadata): Promise<void>;
  /** The logbooks in the order of their names, a page at a time. @throws TypeError as {@link App.runs} */
  logbooks(query?: LogbookFilter): Promise<LogbookPage>;
  /**
   * Removes runs that have ended, with all that is kept of them, in small batches that hold up no other run. Their ids are
   * free again. Runs that ended in FAILURE stay unless `states` names it: an operator may go on with them.
   *
   * @returns how many runs are gone
   * @throws TypeError when `states` names one in which a run has not ended, or a number is none
   */
  prune(query: PruneQuery): Promise<number>;
  /**
   * Starts nothing more, waits for the tasks under way (at most `graceMs`), and lets go of the runs: each goes on in another
   * process as soon as its tasks have ended here, not only when all have. Ends at most some seconds after `graceMs`, whatever
   * tasks, the network or the store do. With `mode: 'drain'` it takes up nothing more, and its runs end first: see {@link StopOptions}.
   */
  stop(options?: StopOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  readonly flows: readonly Flows[number]['name'][];
}
