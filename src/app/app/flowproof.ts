import type { AnyFlow, FlowsOf, Unseen } from '../../authoring/index.js';
import type { AnyRunResult, Listener } from '../../engine/index.js';
import { atMost } from '../../model/clock.js';
import { jsonCodec } from '../../model/codec/json-codec.js';
import { AppStoppedError, FlowFailedError, RevertNotFailedError, RunNotFailedError } from '../../model/errors.js';
import { grouping, type Journal, type LogbookFilter, type LogbookPage, type Metadata, readOnlyRefusal } from '../../persistence/index.js';
import { prepareInputs } from '../registry/inputs.js';
import { type Listed, Registry } from '../registry/registry.js';
import { Archive } from '../runs/archive.js';
import type { StartedRun } from '../runs/driver.js';
import { LEAVING_MS, Runs, type RunsParts } from '../runs/runs.js';
import { UntypedFlowEngine } from '../steps/flow-engine.js';
import { type HandlingApp, handleOf } from '../views/handles.js';
import type { RunHandle } from '../views/run-handle.js';
import { type InspectOptions, type PruneQuery, type RunsPage, type RunsQuery, type RunView, runView } from '../views/run-view.js';
import type { App, AppOptions, ResumeOptions, RunIdOption } from './app.js';
import { Listeners } from './listeners.js';
import { runsParts, type UntypedOptions } from './settings.js';

interface StartOptions extends RunIdOption {
  readonly inputs?: unknown;
}

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
export function flowproof<const Flows extends readonly unknown[], Given = Unseen>(options: AppOptions<Flows, Given>): App<FlowsOf<Flows>> {
  // The types have done their work: what is below knows flows by name.
  return new FlowproofApp(options as unknown as UntypedOptions) as unknown as App<FlowsOf<Flows>>;
}

/** A store has so long to write what it holds back, and to let go of its files or connections. */
const CLOSING_MS = 5_000;

class FlowproofApp {
  readonly #registry: Registry;
  readonly #journal: Journal;
  readonly #parts: RunsParts;
  readonly #runs: Runs;
  readonly #archive: Archive;
  readonly #listeners = new Listeners();
  #opened: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: UntypedOptions) {
    const { persistence, flows, resolve, semantics, onEvent, codec = jsonCodec } = options;
    this.#registry = new Registry(flows, {
      codec,
      canResolve: resolve !== undefined,
      keepsSecrets: persistence.keepsSecrets === true,
      ...(semantics === undefined ? {} : { semantics }),
    });
    this.#journal = persistence.connect();
    if (onEvent !== undefined) this.#listeners.add(onEvent);
    this.#parts = runsParts(options, this.#journal, this.#registry, this.#listeners);
    this.#runs = new Runs(this.#parts);
    this.#archive = new Archive({ ...this.#parts, runs: this.#runs, registry: this.#registry });
    // Names that a minifier would change are harmless until they are stored.
    if (persistence.kind !== 'memory') this.#registry.warn();
  }

  get flows(): readonly string[] {
    return this.#registry.names;
  }

  async run(flow: AnyFlow, options?: StartOptions): Promise<AnyRunResult> {
    return (await this.#start(flow, options)).result;
  }

  async runOrThrow(flow: AnyFlow, options?: StartOptions): Promise<Readonly<Record<string, unknown>>> {
    const result = await this.run(flow, options);
    if (result.state === 'SUCCESS') return result.results;
    throw new FlowFailedError(result.flow, result.runId, result.state, 'failures' in result ? result.failures : []);
  }

  async start(flow: AnyFlow, options?: StartOptions): Promise<RunHandle<AnyFlow>> {
    return this.#handle(await this.#start(flow, options));
  }

  handle(first: Listed | string, second?: string): RunHandle<AnyFlow> {
    const id = typeof first === 'string' ? first : (second as string);
    const only = typeof first === 'string' ? undefined : this.#registry.only(first);
    const result = (): Promise<AnyRunResult> => this.#reading(() => this.#runs.outcome(only ?? this.#registry, id));
    return handleOf(id, { app: this.#handling, result, check: only?.check });
  }

  async resume(first: Listed | string, second?: string | ResumeOptions, third?: ResumeOptions): Promise<AnyRunResult> {
    await this.#work();
    const [id, options] = typeof first === 'string' ? [first, second as ResumeOptions | undefined] : [second as string, third];
    const flows = typeof first === 'string' ? this.#registry : this.#registry.only(first);
    return this.#runs.resume(flows, id, { takeover: options?.takeover ?? 'if-dead', ifOwned: 'refuse' });
  }

  async rerun(flow: Listed, id: string): Promise<AnyRunResult> {
    await this.#work();
    return this.#runs.resume(this.#registry.only(flow), id, { takeover: 'if-dead', ifOwned: 'refuse', rerun: true });
  }

  engine(flow: AnyFlow, options: StartOptions = {}): UntypedFlowEngine {
    const today = this.#registry.today(flow);
    const { id = this.#parts.ids.runId(this.#parts.clock.nowMs()) } = options;
    return new UntypedFlowEngine(
      this.#runs,
      today,
      { key: id, ...grouping(options) },
      { open: () => this.#openToWrite(), inputs: () => prepareInputs(today, options.inputs, this.#parts.codec) },
    );
  }

  reset(id: string): Promise<void> {
    return this.#writing(() => this.#runs.reset(this.#registry, id));
  }

  cancel(id: string): Promise<RunHandle<AnyFlow>> {
    return this.#writing(async () => {
      const run = await this.#runs.find(id);
      const message = await this.#runs.send(run, 'cancel');
      this.#registry.check(run);
      return this.#handle(this.#runs.adopt(this.#registry, run, message));
    });
  }

  retryFailed(id: string): Promise<RunHandle<AnyFlow>> {
    return this.#writing(async () => {
      const run = await this.#runs.find(id);
      if (run.state !== 'FAILURE') throw new RunNotFailedError(id, run.state);
      this.#registry.check(run);
      return this.#handle(this.#runs.adopt(this.#registry, run, await this.#runs.send(run, 'retryFailed')));
    });
  }

  retryRevert(id: string, path: string): Promise<RunHandle<AnyFlow>> {
    return this.#settleRevert(id, 'retryRevert', path);
  }

  skipRevert(id: string, path: string): Promise<RunHandle<AnyFlow>> {
    return this.#settleRevert(id, 'skipRevert', path);
  }

  async resumeAll(): Promise<readonly RunHandle<AnyFlow>[]> {
    await this.#work();
    return (await this.#runs.resumeAll()).map((started) => this.#handle(started));
  }

  async ready(): Promise<void> {
    await this.#open();
    await this.#runs.ready();
  }

  async suspend(id: string): Promise<void> {
    if (this.#runs.has(id)) return this.#runs.suspend(id);
    return this.#writing(() => this.#runs.suspend(id));
  }

  runs(query?: RunsQuery): Promise<RunsPage> {
    return this.#reading(() => this.#archive.runs(query));
  }

  inspect(id: string, options?: InspectOptions): Promise<RunView> {
    return this.#reading(() => this.#archive.inspect(id, options));
  }

  saveLogbook(name: string, metadata: Metadata): Promise<void> {
    return this.#writing(() => this.#archive.saveLogbook(name, metadata));
  }

  logbooks(query?: LogbookFilter): Promise<LogbookPage> {
    return this.#reading(() => this.#archive.logbooks(query));
  }

  prune(query: PruneQuery): Promise<number> {
    return this.#writing(() => this.#archive.prune(query));
  }

  on(listener: Listener): () => void {
    return this.#listeners.add(listener);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Every wait here has a bound: a store that gives no answer, or a disk that hangs, keeps no process from ending. */
  async #stop(): Promise<void> {
    const { clock } = this.#parts;
    const opened = this.#opened;
    if (opened !== undefined) {
      const stopped = this.#runs.stop();
      const isOpen = await atMost(clock, LEAVING_MS, opened);
      await stopped;
      // What opens later is closed then.
      if (!isOpen) opened.then(() => this.#journal.close()).catch(() => undefined);
    }
    await atMost(clock, CLOSING_MS, this.#journal.close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #start(flow: AnyFlow, options: StartOptions = {}): Promise<StartedRun> {
    const today = this.#registry.today(flow);
    const inputs = await prepareInputs(today, options.inputs, this.#parts.codec);
    await this.#work();
    return this.#runs.start(today.flow, { key: options.id, ...grouping(options) }, inputs);
  }

  #settleRevert(id: string, kind: 'retryRevert' | 'skipRevert', path: string): Promise<RunHandle<AnyFlow>> {
    return this.#writing(async () => {
      const run = await this.#runs.find(id);
      const { atoms } = await runView(await this.#runs.load(run), this.#parts.codec);
      const failed = atoms.filter(({ state }) => state === 'REVERT_FAILURE').map((atom) => atom.path);
      if (!failed.includes(path)) throw new RevertNotFailedError(id, path, failed);
      const message = await this.#runs.send(run, kind, path);
      this.#registry.check(run);
      return this.#handle(this.#runs.adopt(this.#registry, run, message));
    });
  }

  #handle({ key, result, engine }: StartedRun): RunHandle<AnyFlow> {
    return handleOf(key, { app: this.#handling, result: () => result, engine });
  }

  readonly #handling: HandlingApp = {
    find: (id) => this.#reading(() => this.#runs.find(id)),
    suspend: (id) => this.suspend(id),
    cancel: (id) => this.cancel(id),
    inspect: (id, options) => this.inspect(id, options),
  };

  /** What a call reads. @throws AppStoppedError when the app stops before there is an answer */
  async #reading<Answer>(read: () => Promise<Answer>): Promise<Answer> {
    await this.#open();
    return this.#runs.untilStopped(read());
  }

  /** What a call writes. @throws AppStoppedError when the app stops before there is an answer, PersistenceError `STORE_READ_ONLY` */
  async #writing<Answer>(write: () => Promise<Answer>): Promise<Answer> {
    await this.#openToWrite();
    return this.#runs.untilStopped(write());
  }

  /** Opens for work of this app's own, and with it takes up what others have left. */
  async #work(): Promise<void> {
    await this.#openToWrite();
    this.#runs.recover();
  }

  /** @throws PersistenceError `STORE_READ_ONLY` */
  #openToWrite(): Promise<void> {
    return this.#journal.capabilities.readOnly === true ? Promise.reject(readOnlyRefusal()) : this.#open();
  }

  #open(): Promise<void> {
    if (this.#stopping !== undefined) return Promise.reject(new AppStoppedError());
    if (this.#opened === undefined) {
      const opening = this.#runs.open();
      this.#opened = opening;
      // The next call tries again.
      opening.catch(() => {
        this.#opened = undefined;
      });
    }
    return this.#opened;
  }
}
