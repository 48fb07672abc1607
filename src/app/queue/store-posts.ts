import { type AnyRunResult, beginRun, type OpenedRun, type PostOrder } from '../../engine/index.js';
import type { Firing, Journal, RunSummary } from '../../persistence/index.js';
import type { ActiveRuns } from '../driving/active-runs.js';
import { type DriverParts, quiet, type StartedRun } from '../driving/driver.js';
import { given, refuseOthers } from '../driving/given.js';
import type { Sleepers } from '../driving/sleepers.js';
import { checkRunOptions, type RunNames } from '../registry/check-run-options.js';
import type { AppFlow } from '../registry/flow-finder.js';
import type { PreparedInputs } from '../registry/inputs.js';
import { onlyRunsOf } from '../registry/registry.js';
import type { OwnPosts } from './own-posts.js';
import type { PostedRuns } from './posted-runs.js';

export interface StorePostsParts {
  readonly engineContext: DriverParts;
  readonly active: ActiveRuns;
  readonly posted: Pick<PostedRuns, 'due' | 'dueWith'>;
  /** Begins what this app has started of flows with limits. */
  readonly starts: Pick<OwnPosts, 'started'>;
  /** What begins them here; absent where this app begins none. */
  readonly own?: Pick<OwnPosts, 'add'>;
  /** Of runs that no other process could begin; absent where this app begins none. */
  readonly sleepers?: Pick<Sleepers, 'add'>;
  outcome(flows: ReturnType<typeof onlyRunsOf>, key: string): Promise<AnyRunResult>;
}

/** Begins runs in the transaction; nothing else of it is used. @throws TypeError when the store takes part in none */
function inTransaction(journal: Journal, transaction: unknown): Journal {
  if (journal.createRunIn === undefined)
    throw new TypeError(
      'post({ transaction }) needs a store in the database of the transaction, such as postgres(url): this app has another one',
    );
  const create = journal.createRunIn.bind(journal, transaction);
  return Object.create(journal, { createRun: { value: create } }) as Journal;
}

/** What a posted run is written with: the user's transaction, or a schedule that fires it. */
interface Posted {
  readonly order: PostOrder;
  readonly transaction?: unknown;
  readonly firing?: Firing;
}

interface Written {
  readonly begun: OpenedRun | { readonly exists: RunSummary };
  readonly runId: string;
  readonly key: string;
}

/** Leaves runs to whoever is free, in the store: PENDING ones, with the time from which they may be claimed. */
export class StorePosts {
  readonly #parts: StorePostsParts;

  constructor(parts: StorePostsParts) {
    this.#parts = parts;
  }

  /**
   * Starts a run of a flow with limits: it waits with the posted ones, and this app begins it in its turn, unless another one does.
   *
   * @returns the run of this id, if there was one
   * @throws InvalidInputError, RunConflictError, PersistenceError
   */
  async start(today: AppFlow, names: RunNames, inputs: PreparedInputs) {
    const { engineContext, starts } = this.#parts;
    const { journal } = engineContext;
    const { key, result, run } = await this.post(today, names, inputs, {});
    // What was only prepared waits from now on.
    if (run?.state === 'PENDING' && run.owner === undefined && run.wakeAtMs === undefined) await journal.requeue(run.runId);
    const waits = run === undefined || run.state === 'PENDING';
    if (!waits) return { key, result, run };
    const waiting = run ?? (await journal.find({ key }));
    const begun = waiting === undefined ? () => undefined : starts.started(waiting.flow, waiting.runId);
    const ended = quiet(result().finally(begun));
    return { key, result: () => ended };
  }

  /** @throws InvalidInputError, RunConflictError, PersistenceError */
  async post(today: AppFlow, names: RunNames, inputs: PreparedInputs, order: PostOrder, transaction?: unknown) {
    const { posted, own, sleepers } = this.#parts;
    const { clock } = this.#parts.engineContext;
    const { flow } = today;
    const dueAtMs = order.atMs ?? clock.nowMs() + (order.delayMs ?? 0);
    const isDue = dueAtMs <= clock.nowMs();
    const { begun, runId, key } = await this.#write(today, names, inputs, { order, transaction });
    if ('exists' in begun) {
      refuseOthers(begun.exists, flow, inputs);
    } else if (transaction !== undefined) {
      own?.add(flow.name);
      if (isDue) await posted.dueWith(transaction);
    } else {
      begun.engine.announce(begun.first);
      own?.add(flow.name);
      if (isDue) posted.due(flow.name);
      else sleepers?.add(runId, dueAtMs);
    }
    const result = () => this.#parts.outcome(onlyRunsOf(today), key);
    return { key, result, ...('exists' in begun ? { run: begun.exists } : {}) };
  }

  /**
   * A run of a flow with limits that a schedule fires: it waits with those that were posted, as one that was started.
   *
   * @returns nothing: there is one of its id
   * @throws Unfired, InvalidInputError, PersistenceError
   */
  async fire(today: AppFlow, names: RunNames, inputs: PreparedInputs, firing: Firing): Promise<StartedRun | undefined> {
    const { posted, own, starts } = this.#parts;
    const { begun, runId, key } = await this.#write(today, names, inputs, { order: {}, firing });
    if ('exists' in begun) return undefined;
    begun.engine.announce(begun.first);
    const isUnderWay = starts.started(today.flow.name, runId);
    posted.due(today.flow.name);
    const result = () => this.#parts.outcome(onlyRunsOf(today), key);
    if (own !== undefined) return { key, result };
    const ended = quiet(result().finally(isUnderWay));
    return { key, result: () => ended };
  }

  async #write({ flow }: AppFlow, names: RunNames, inputs: PreparedInputs, how: Posted): Promise<Written> {
    const { engineContext, active } = this.#parts;
    const { clock, ids } = engineContext;
    checkRunOptions(flow, inputs, names);
    const runId = ids.runId(clock.nowMs());
    const key = names.key ?? runId;
    const { order, transaction, firing } = how;
    const params = { ...names, runId, key, ...given(inputs), owner: null, posted: order, ...(firing === undefined ? {} : { firing }) };
    const context =
      transaction === undefined ? engineContext : { ...engineContext, journal: inTransaction(engineContext.journal, transaction) };
    return { begun: await active.opening(key, () => beginRun(flow, params, context)), runId, key };
  }
}
