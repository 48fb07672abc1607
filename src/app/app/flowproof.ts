import type { AnyFlow, FlowsOf, Unseen } from '../../authoring/index.js';
import type { AnyRunResult, EventFilter, FlowEvent, Listener } from '../../engine/index.js';
import { atMost } from '../../model/clock.js';
import { FlowFailedError } from '../../model/errors.js';
import { grouping, type LogbookFilter, type LogbookPage, type Metadata } from '../../persistence/index.js';
import type { StartedRun } from '../driving/driver.js';
import type { FlowFinder } from '../registry/flow-finder.js';
import { prepareInputs } from '../registry/inputs.js';
import { type Listed, Registry } from '../registry/registry.js';
import { Archive } from '../runs/archive.js';
import { FollowedRuns } from '../runs/follow.js';
import { OperatorRequests } from '../runs/operator-requests.js';
import { LEAVING_MS, Runs, type RunsParts } from '../runs/runs.js';
import { sendSignal } from '../runs/signalling.js';
import { VIEWED, type ViewedApp, viewedApp } from '../runs/viewed.js';
import { appSchedulesOf } from '../schedules/app-schedules.js';
import type { AppSchedules } from '../schedules/schedule-info.js';
import { Scheduler } from '../schedules/scheduler.js';
import { UntypedFlowEngine } from '../steps/flow-engine.js';
import { type CancelOptions, checkedCancel } from '../views/cancel-options.js';
import type { FollowOptions } from '../views/follow-options.js';
import { type HandlingApp, handleOf, type Signalling } from '../views/handles.js';
import type { RunHandle, SignalOptions } from '../views/run-handle.js';
import type { InspectOptions, PruneQuery, RunsPage, RunsQuery, RunView } from '../views/run-view.js';
import type { App } from './app.js';
import type { AppOptions } from './app-options.js';
import { useBoard } from './board-use.js';
import { CONDUCTED, type ConductedApp, conductedApp } from './conducted.js';
import { revealing, servedExecutors } from './executor-settings.js';
import { type Listeners, listenersOf } from './listeners.js';
import { APP_OPTIONS } from './operator.js';
import { Poster } from './poster.js';
import type { AppBoard, PostOptions } from './posting.js';
import type { ResumeOptions, StartOptions } from './run-options.js';
import { runsParts, settingsOf, type UntypedOptions } from './settings.js';
import { checkedStop, type StopOptions } from './stop-options.js';
import { StoreAccess } from './store-access.js';

/**
 * Makes an app: flows, what their tasks need, and where their runs are kept. It connects on first use.
 *
 * @throws FlowDefinitionError `FLOW_DEFINITION` when a flow can't run
 * @throws TypeError when a setting makes no sense, such as a number that is `NaN`, or a durability that there is not
 *
 * @example
 * ```ts
 * import { flowproof, linear, memory, Task } from 'flowproof';
 *
 * @Task({ name: 'greet', requires: ['name'], provides: ['greeting'] })
 * class Greet {
 *   async execute({ name }: { name: string }) {
 *     return { greeting: `hello ${name}` };
 *   }
 * }
 * const hello = linear('hello').input<{ name: string }>().add(Greet).build();
 *
 * await using app = flowproof({ persistence: memory(), flows: [hello] });
 * const run = await app.run(hello, { inputs: { name: 'world' }, id: 'first' });
 * if (run.state === 'SUCCESS') console.log(run.results.greeting);
 * ```
 */
export function flowproof<const Flows extends readonly unknown[], Given = Unseen, Own = unknown, Named = {}>(
  options: AppOptions<Flows, Given, Own, Named>,
): App<FlowsOf<Flows>> {
  // The types have done their work: what is below knows flows by name.
  return new FlowproofApp(options as unknown as UntypedOptions) as unknown as App<FlowsOf<Flows>>;
}

class FlowproofApp {
  readonly #options: UntypedOptions;
  readonly #registry: Registry;
  readonly #parts: RunsParts;
  readonly #runs: Runs;
  readonly #operators: OperatorRequests;
  readonly #archive: Archive;
  readonly #store: StoreAccess;
  readonly #followed: FollowedRuns;
  readonly #poster: Poster;
  readonly #releaseBoard: () => Promise<void>;
  readonly #listeners: Listeners;
  readonly schedules: AppSchedules;
  readonly board: AppBoard;
  readonly limits: App<AnyFlow[]>['limits'];

  constructor(options: UntypedOptions) {
    const { persistence, flows, board, semantics, underTest, runsAnywhere = underTest !== undefined } = options;
    this.#options = options;
    const settings = settingsOf(options);
    this.#registry = new Registry(flows, {
      codec: settings.codec,
      canResolve: settings.resolve !== undefined,
      ...{ keepsSecrets: persistence.keepsSecrets === true, revealsSecrets: revealing(options) },
      ...(runsAnywhere ? {} : { executors: [...settings.executors.named.keys()] }),
      ...(semantics === undefined ? {} : { semantics }),
      ...(underTest === undefined ? {} : { stubbed: (flow) => underTest.stubbed(flow) }),
    });
    this.#listeners = listenersOf(options);
    this.#parts = runsParts(settings, persistence.connect(), this.#registry, this.#listeners);
    this.#runs = new Runs(this.#parts);
    this.#operators = new OperatorRequests({ codec: settings.codec, flows: this.#registry, runs: this.#runs });
    this.#archive = new Archive({ ...this.#parts, runs: this.#runs, flows: this.#registry });
    const scheduler = new Scheduler({ ...this.#parts, options, registry: this.#registry, runs: this.#runs });
    this.#store = new StoreAccess({
      ...{ ...this.#parts, runs: this.#runs, scheduler },
      executors: servedExecutors(settings.executors, this.#registry),
    });
    this.#followed = new FollowedRuns({ ...this.#parts, runs: this.#runs, store: this.#store, listeners: this.#listeners });
    this.#poster = new Poster({ parts: this.#parts, registry: this.#registry, runs: this.#runs, store: this.#store, board });
    this.schedules = appSchedulesOf({ scheduler, store: this.#store, handle: (started) => this.#handle(started) });
    this.board = this.#poster.board;
    this.limits = this.#poster.limits;
    this.#releaseBoard = board === undefined ? async () => undefined : useBoard(board);
    // Names that a minifier would change are harmless until they are stored.
    if (persistence.kind !== 'memory') this.#registry.warn();
  }

  get flows(): readonly string[] {
    return this.#registry.names;
  }

  get [CONDUCTED](): ConductedApp {
    return conductedApp({ ...this.#parts, board: this.#options.board, flows: this.#registry, runs: this.#runs, store: this.#store });
  }

  get [VIEWED](): ViewedApp {
    return viewedApp({ ...this.#parts, flows: this.#registry, runs: this.#runs, store: this.#store });
  }

  get [APP_OPTIONS](): UntypedOptions {
    return this.#options;
  }

  async run(flow: AnyFlow, options?: StartOptions): Promise<AnyRunResult> {
    return this.#awaiting(async () => (await this.#start(flow, options)).result());
  }

  async runOrThrow(flow: AnyFlow, options?: StartOptions): Promise<Readonly<Record<string, unknown>>> {
    const result = await this.run(flow, options);
    if (result.state === 'SUCCESS') return result.results;
    throw new FlowFailedError(result.flow, result.runId, result.state, 'failures' in result ? result.failures : []);
  }

  async start(flow: AnyFlow, options?: StartOptions): Promise<RunHandle<AnyFlow>> {
    return this.#handle(await this.#start(flow, options));
  }

  async post(flow: AnyFlow, options: StartOptions & PostOptions = {}): Promise<RunHandle<AnyFlow>> {
    const { state, ...posted } = await this.#poster.post(flow, options);
    return { ...this.#handle(posted), ...(state === undefined ? {} : { state }) };
  }

  handle(first: Listed | string, second?: string): RunHandle<AnyFlow> {
    const id = typeof first === 'string' ? first : (second as string);
    const only = typeof first === 'string' ? undefined : this.#registry.only(first);
    const result = (): Promise<AnyRunResult> =>
      this.#awaiting(() => this.#store.reading(() => this.#runs.outcome(only ?? this.#registry, id)));
    return handleOf(id, { app: this.#handling, result, signal: this.#signalling(only ?? this.#registry, id), check: only?.check });
  }

  async resume(first: Listed | string, second?: string | ResumeOptions, third?: ResumeOptions): Promise<AnyRunResult> {
    await this.#store.openToWork();
    const [id, options] = typeof first === 'string' ? [first, second as ResumeOptions | undefined] : [second as string, third];
    const flows = typeof first === 'string' ? this.#registry : this.#registry.only(first);
    return this.#awaiting(() => this.#runs.resume(flows, id, { takeover: options?.takeover ?? 'if-dead', ifOwned: 'refuse' }));
  }

  async rerun(flow: Listed, id: string): Promise<AnyRunResult> {
    await this.#store.openToWork();
    return this.#awaiting(() => this.#runs.resume(this.#registry.only(flow), id, { takeover: 'if-dead', ifOwned: 'refuse', rerun: true }));
  }

  engine(flow: AnyFlow, options: StartOptions = {}): UntypedFlowEngine {
    const today = this.#registry.today(flow);
    const { id = this.#parts.ids.runId(this.#parts.clock.nowMs()) } = options;
    return new UntypedFlowEngine(
      this.#runs,
      today,
      { key: id, deadlineMs: options.deadlineMs, ...grouping(options) },
      {
        open: () => this.#store.openToWrite(),
        inputs: () => prepareInputs(today, options.inputs, this.#parts.codec),
        lend: () => this.#parts.loans?.lend(),
        awaiting: (work) => this.#awaiting(work),
      },
    );
  }

  reset(id: string): Promise<void> {
    return this.#store.writing(() => this.#runs.reset(this.#registry, id));
  }

  async requeue(id: string): Promise<RunHandle<AnyFlow>> {
    await this.#poster.requeue(id);
    return this.handle(id);
  }

  async cancel(id: string, options?: CancelOptions): Promise<RunHandle<AnyFlow>> {
    const asked = checkedCancel(options);
    return this.#handle(await this.#store.writing(() => this.#operators.cancel(id, asked)));
  }

  async signal(flow: Listed, id: string, name: string, payload?: unknown, options?: SignalOptions): Promise<void> {
    await this.#signalling(this.#registry.only(flow), id)(name, payload, options);
  }

  #signalling(flows: FlowFinder, id: string): Signalling {
    return (name, payload, { messageId } = {}) =>
      this.#store.writing(() => sendSignal(flows, id, { name, payload, messageId }, { runs: this.#runs, codec: this.#parts.codec }));
  }

  async retryFailed(id: string): Promise<RunHandle<AnyFlow>> {
    return this.#handle(await this.#store.writing(() => this.#operators.retryFailed(id)));
  }

  async retryRevert(id: string, path: string): Promise<RunHandle<AnyFlow>> {
    return this.#handle(await this.#store.writing(() => this.#operators.settleRevert(id, 'retryRevert', path)));
  }

  async skipRevert(id: string, path: string): Promise<RunHandle<AnyFlow>> {
    return this.#handle(await this.#store.writing(() => this.#operators.settleRevert(id, 'skipRevert', path)));
  }

  async resumeAll(): Promise<readonly RunHandle<AnyFlow>[]> {
    await this.#store.openToWork();
    return (await this.#runs.resumeAll()).map((started) => this.#handle(started));
  }

  async ready(): Promise<void> {
    await this.#store.ready();
    await this.#runs.ready();
  }

  async suspend(id: string): Promise<void> {
    if (this.#runs.has(id)) return this.#runs.suspend(id);
    return this.#store.writing(() => this.#runs.suspend(id));
  }

  runs(query?: RunsQuery): Promise<RunsPage> {
    return this.#store.reading(() => this.#archive.runs(query));
  }

  inspect(id: string, options?: InspectOptions): Promise<RunView> {
    return this.#store.reading(() => this.#archive.inspect(id, options));
  }

  saveLogbook(name: string, metadata: Metadata): Promise<void> {
    return this.#store.writing(() => this.#archive.saveLogbook(name, metadata));
  }

  logbooks(query?: LogbookFilter): Promise<LogbookPage> {
    return this.#store.reading(() => this.#archive.logbooks(query));
  }

  prune(query: PruneQuery): Promise<number> {
    return this.#store.writing(() => this.#archive.prune(query));
  }

  on(first: Listener | EventFilter, second?: Listener): () => void {
    return typeof first === 'function' ? this.#listeners.add(first) : this.#listeners.add(second as Listener, first);
  }

  follow(id: string, options?: FollowOptions): AsyncIterable<FlowEvent> {
    return this.#followed.follow(id, options);
  }

  async stop(options?: StopOptions): Promise<void> {
    await this.#store.stop(checkedStop(options));
    await atMost(this.#parts.clock, LEAVING_MS, this.#releaseBoard());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #start(flow: AnyFlow, options: StartOptions = {}): Promise<StartedRun> {
    const today = this.#registry.today(flow);
    const inputs = await prepareInputs(today, options.inputs, this.#parts.codec);
    await this.#store.openToWork();
    return this.#runs.start(today.flow, { key: options.id, deadlineMs: options.deadlineMs, ...grouping(options) }, inputs);
  }

  #handle({ key, result, engine }: StartedRun): RunHandle<AnyFlow> {
    const signal = this.#signalling(this.#registry, key);
    return handleOf(key, { app: this.#handling, result: () => this.#awaiting(result), signal, engine });
  }

  /** A task that waits for a run of its own app lends its slot meanwhile. */
  #awaiting<Result>(work: () => Promise<Result>): Promise<Result> {
    const waiting = (): Promise<Result> => this.#parts.loans?.whileWaiting(work) ?? work();
    return this.#options.underTest?.awaiting(waiting) ?? waiting();
  }

  readonly #handling: HandlingApp = {
    find: (id) => this.#store.reading(() => this.#runs.find(id)),
    suspend: (id) => this.suspend(id),
    cancel: (id, options) => this.cancel(id, options),
    inspect: (id, options) => this.inspect(id, options),
    follow: (id, options, check) => this.#followed.follow(id, options, check),
  };
}
