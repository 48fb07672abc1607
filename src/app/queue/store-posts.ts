import { type AnyRunResult, beginRun, type PostOrder } from '../../engine/index.js';
import type { Journal } from '../../persistence/index.js';
import type { ActiveRuns } from '../driving/active-runs.js';
import { type DriverParts, quiet } from '../driving/driver.js';
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
    const { engineContext, active, posted, own, sleepers } = this.#parts;
    const { clock, ids } = engineContext;
    const { flow } = today;
    checkRunOptions(flow, inputs, names);
    const runId = ids.runId(clock.nowMs());
    const key = names.key ?? runId;
    const params = { ...names, runId, key, ...given(inputs), owner: null, posted: order };
    const context =
      transaction === undefined ? engineContext : { ...engineContext, journal: inTransaction(engineContext.journal, transaction) };
    const dueAtMs = order.atMs ?? clock.nowMs() + (order.delayMs ?? 0);
    const isDue = dueAtMs <= clock.nowMs();
    const begun = await active.opening(key, () => beginRun(flow, params, context));
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
}
