import { randomUUID } from 'node:crypto';
import type { AnyFlow, Resolve, RunResult, Unseen } from '../authoring/index.js';
import type { Compat, CompiledFlow } from '../compilation/index.js';
import type { AnyRunResult, FlowEvent, Listener } from '../engine/index.js';
import { serial } from '../executors/index.js';
import { systemClock } from '../model/clock.js';
import { AppStoppedError, FlowFailedError, IncompatibleFlowError, RevertNotFailedError, RunConflictError } from '../model/errors.js';
import { randomIds } from '../model/ids.js';
import { jsonCodec } from '../model/json-codec.js';
import {
  grouping,
  type Journal,
  type LogbookFilter,
  type LogbookPage,
  type Metadata,
  pruneAll,
  type RunSummary,
} from '../persistence/index.js';
import type { App, AppOptions, EngineOptions, ResumeOptions, RunIdOption } from './app.js';
import { UntypedFlowEngine } from './flow-engine.js';
import { prepareInputs } from './inputs.js';
import { Registry } from './registry.js';
import type { RunHandle } from './run-handle.js';
import { type InspectOptions, type PruneQuery, type RunsPage, type RunsQuery, type RunView, runInfo, runView } from './run-view.js';
import { Runs, type StartedRun } from './runs.js';

const DEFAULTS = {
  leaseMs: 5_000,
  graceMs: 10_000,
  storeTimeoutMs: 60_000,
  durability: 'step',
  onFailure: 'revert',
  snapshotAfter: 1_000,
} as const;

/** The options behind the types of {@link AppOptions}. */
interface Parts extends EngineOptions {
  readonly persistence: AppOptions<[], {}>['persistence'];
  readonly flows: readonly AnyFlow[];
  readonly services?: object;
  readonly resolve?: Resolve;
  readonly onEvent?: Listener;
  /** For the conformance suite: behaves as TaskFlow does. In no public type. */
  readonly compat?: Compat;
}

interface StartOptions extends RunIdOption {
  readonly inputs?: unknown;
}

/**
 * Makes an app: flows, what their tasks need, and where their runs are kept. It connects on first use.
 *
 * @throws FlowDefinitionError `FLOW_DEFINITION` when a flow can't run
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
export function flowproof<const Flows extends readonly AnyFlow[], Given = Unseen>(options: AppOptions<Flows, Given>): App<Flows> {
  // The types have done their work: what is below knows flows by name.
  return new FlowproofApp(options as unknown as Parts) as unknown as App<Flows>;
}

class FlowproofApp {
  readonly #registry: Registry;
  readonly #journal: Journal;
  readonly #runs: Runs;
  readonly #parts: Parts;
  readonly #ids = randomIds();
  readonly #listeners = new Set<Listener>();
  #opened: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#registry = new Registry(parts.flows, {
      canResolve: parts.resolve !== undefined,
      keepsSecrets: parts.persistence.keepsSecrets === true,
      ...(parts.compat === undefined ? {} : { compat: parts.compat }),
    });
    this.#journal = parts.persistence.connect();
    if (parts.onEvent !== undefined) this.#listeners.add(parts.onEvent);
    this.#runs = new Runs({
      journal: this.#journal,
      clock: parts.clock ?? systemClock,
      ids: this.#ids,
      codec: parts.codec ?? jsonCodec,
      executor: (parts.executor ?? serial()).make(parts.resolve === undefined ? {} : { resolve: parts.resolve }),
      services: parts.services ?? {},
      ...(parts.resolve === undefined ? {} : { resolve: parts.resolve }),
      owner: randomUUID(),
      leaseMs: parts.leaseMs ?? DEFAULTS.leaseMs,
      graceMs: parts.graceMs ?? DEFAULTS.graceMs,
      storeTimeoutMs: parts.storeTimeoutMs ?? DEFAULTS.storeTimeoutMs,
      durability: parts.durability ?? DEFAULTS.durability,
      onFailure: parts.onFailure ?? DEFAULTS.onFailure,
      snapshotAfter: parts.snapshotAfter ?? DEFAULTS.snapshotAfter,
      ...(parts.maxSteps === undefined ? {} : { maxSteps: parts.maxSteps }),
      listening: () => this.#listeners.size > 0,
      emit: (event) => this.#emit(event),
    });
    this.#warn();
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

  async resume(first: AnyFlow | string, second?: string | ResumeOptions, third?: ResumeOptions): Promise<AnyRunResult> {
    await this.#open();
    const [id, options] = typeof first === 'string' ? [first, second as ResumeOptions | undefined] : [second as string, third];
    const find = typeof first === 'string' ? (run: RunSummary) => this.#flowOf(run) : this.#only(first);
    return this.#runs.resume(find, id, { takeover: options?.takeover ?? 'if-dead', ifOwned: 'refuse' });
  }

  async rerun(flow: AnyFlow, id: string): Promise<AnyRunResult> {
    await this.#open();
    return this.#runs.resume(this.#only(flow), id, { takeover: 'if-dead', ifOwned: 'refuse', rerun: true });
  }

  engine(flow: AnyFlow, options: StartOptions = {}): UntypedFlowEngine {
    const compiled = this.#registry.compiled(flow);
    const id = options.id ?? this.#ids.runId((this.#parts.clock ?? systemClock).nowMs());
    return new UntypedFlowEngine(this.#runs, compiled, { key: id, ...grouping(options) }, async () => {
      const inputs = await prepareInputs(compiled, options.inputs, this.#parts.codec ?? jsonCodec);
      await this.#open();
      return inputs;
    });
  }

  async reset(id: string): Promise<void> {
    await this.#open();
    await this.#runs.reset((run) => this.#flowOf(run), id);
  }

  async cancel(id: string): Promise<RunHandle<AnyFlow>> {
    await this.#open();
    const run = await this.#runs.find(id);
    const message = await this.#runs.send(run, 'cancel');
    return this.#handle(this.#runs.adopt(this.#flowOf(run), run, message));
  }

  retryRevert(id: string, path: string): Promise<RunHandle<AnyFlow>> {
    return this.#settleRevert(id, 'retryRevert', path);
  }

  skipRevert(id: string, path: string): Promise<RunHandle<AnyFlow>> {
    return this.#settleRevert(id, 'skipRevert', path);
  }

  async resumeAll(): Promise<readonly RunHandle<AnyFlow>[]> {
    await this.#open();
    const handles: RunHandle<AnyFlow>[] = [];
    const take = (run: RunSummary): void => {
      const flow = this.#registry.byName(run.flow);
      if (flow !== undefined) handles.push(this.#handle(this.#runs.adopt(flow, run)));
    };
    for (const run of await this.#runs.abandoned()) take(run);
    let before: string | undefined;
    do {
      const page = await this.#journal.runs({ states: ['RUNNING'], ownerless: true, ...(before === undefined ? {} : { before }) });
      for (const run of page.runs) take(run);
      before = page.next;
    } while (before !== undefined);
    return handles;
  }

  async suspend(id: string): Promise<void> {
    if (this.#runs.has(id)) return this.#runs.suspend(id);
    await this.#open();
    return this.#runs.suspend(id);
  }

  async runs(query: RunsQuery = {}): Promise<RunsPage> {
    await this.#open();
    const { runs, next } = await this.#journal.runs(query);
    return { runs: runs.map(runInfo), ...(next === undefined ? {} : { next }) };
  }

  async inspect(id: string, options?: InspectOptions): Promise<RunView> {
    await this.#open();
    const run = await this.#runs.find(id);
    const loaded = await this.#runs.load(run);
    return runView(loaded, this.#parts.codec ?? jsonCodec, this.#registry.byName(run.flow)?.manifest, options);
  }

  async saveLogbook(name: string, metadata: Metadata): Promise<void> {
    await this.#open();
    await this.#journal.saveLogbook({ name, metadata });
  }

  async logbooks(query: LogbookFilter = {}): Promise<LogbookPage> {
    await this.#open();
    return this.#journal.logbooks(query);
  }

  async prune({ olderThanMs, onBatch, ...rest }: PruneQuery): Promise<number> {
    await this.#open();
    const endedBeforeMs = (this.#parts.clock ?? systemClock).nowMs() - olderThanMs;
    return pruneAll(this.#journal, { endedBeforeMs, ...rest, ...(onBatch && { onBatch: ({ length }) => onBatch(length) }) });
  }

  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stop(): Promise<void> {
    this.#stopping ??= (async () => {
      if (this.#opened !== undefined) {
        await this.#opened.catch(() => undefined);
        await this.#runs.stop();
      }
      await this.#journal.close();
    })();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #start(flow: AnyFlow, options: StartOptions = {}): Promise<StartedRun> {
    const compiled = this.#registry.compiled(flow);
    const inputs = await prepareInputs(compiled, options.inputs, this.#parts.codec ?? jsonCodec);
    await this.#open();
    return this.#runs.start(compiled, { key: options.id, ...grouping(options) }, inputs);
  }

  async #settleRevert(id: string, kind: 'retryRevert' | 'skipRevert', path: string): Promise<RunHandle<AnyFlow>> {
    await this.#open();
    const run = await this.#runs.find(id);
    const { atoms } = await runView(await this.#runs.load(run), this.#parts.codec ?? jsonCodec);
    const failed = atoms.filter(({ state }) => state === 'REVERT_FAILURE').map((atom) => atom.path);
    if (!failed.includes(path)) throw new RevertNotFailedError(id, path, failed);
    const message = await this.#runs.send(run, kind, path);
    return this.#handle(this.#runs.adopt(this.#flowOf(run), run, message));
  }

  #handle({ key, result, engine }: StartedRun): RunHandle<AnyFlow> {
    return {
      id: key,
      state: async () => (await this.#runs.find(key)).state,
      result: () => result as Promise<RunResult<AnyFlow>>,
      suspend: () => this.#runs.suspend(key),
      cancel: async () => void (await this.cancel(key)),
      statistics: () => engine?.statistics(),
    };
  }

  /** Runs of this flow and no other. */
  #only(flow: AnyFlow): (run: RunSummary) => CompiledFlow {
    const compiled = this.#registry.compiled(flow);
    return (run) => {
      if (run.flow !== compiled.name) throw new RunConflictError(run.key, compiled.name, run.flow);
      return compiled;
    };
  }

  #flowOf(run: RunSummary): CompiledFlow {
    const flow = this.#registry.byName(run.flow);
    if (flow !== undefined) return flow;
    throw new IncompatibleFlowError(run.key, run.flow, [
      `this app has no flow '${run.flow}': it has ${this.#registry.names.join(', ') || 'none'}`,
    ]);
  }

  #open(): Promise<void> {
    if (this.#stopping !== undefined) return Promise.reject(new AppStoppedError());
    if (this.#opened === undefined) {
      const opening = this.#journal.open();
      this.#opened = opening;
      // The next call tries again.
      opening.catch(() => {
        this.#opened = undefined;
      });
    }
    return this.#opened;
  }

  /** A listener can't hurt a run: neither what it throws nor what it rejects is anybody's. */
  #emit(event: FlowEvent): void {
    for (const listener of this.#listeners) {
      try {
        const heard: unknown = listener(event);
        if (heard instanceof Promise) heard.catch(() => undefined);
      } catch {
        // See above.
      }
    }
  }

  /** Names that a minifier would change are harmless until they are stored. */
  #warn(): void {
    if (this.#parts.persistence.kind === 'memory') return;
    for (const flow of this.#registry.all()) {
      for (const { message, code, path } of flow.warnings) process.emitWarning(`${path}: ${message}`, { type: 'FlowproofWarning', code });
    }
  }
}
