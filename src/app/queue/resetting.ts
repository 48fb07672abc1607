import { foldRun, resetRun, runOf } from '../../engine/index.js';
import { RunOwnedError, StaleRunError } from '../../model/errors.js';
import type { ActiveRuns } from '../driving/active-runs.js';
import type { DriverParts } from '../driving/driver.js';
import type { StoredRuns } from '../driving/stored-runs.js';
import type { FlowFinder } from '../registry/flow-finder.js';

export interface ResettingParts {
  readonly engineContext: DriverParts;
  readonly active: ActiveRuns;
  readonly stored: StoredRuns;
}

/** Lets runs that nobody drives begin anew. */
export class Resetting {
  readonly #parts: ResettingParts;

  constructor(parts: ResettingParts) {
    this.#parts = parts;
  }

  /** When an app runs it. @throws RunOwnedError when a living process has it; RunNotFoundError */
  async reset(flows: FlowFinder, key: string): Promise<void> {
    await this.#parts.active.opening(key, () => this.#reset(flows, key, false));
  }

  /**
   * Leaves a run to whoever is free, at once: one that rests begins anew then, one that waits to be claimed is not delayed any more, and
   * its losses are forgotten.
   *
   * @returns the name of its flow
   * @throws RunOwnedError when a living process has it; RunNotFoundError
   */
  async requeue(flows: FlowFinder, key: string): Promise<string> {
    const { active, stored, engineContext } = this.#parts;
    return active.opening(key, async () => {
      const { runId, flow } = await stored.find(key);
      if (!(await engineContext.journal.requeue(runId))) await this.#reset(flows, key, true);
      return flow;
    });
  }

  async #reset(flows: FlowFinder, key: string, posts: boolean, isSecond = false): Promise<void> {
    const { active, stored, engineContext } = this.#parts;
    const run = await stored.find(key);
    flows.check(run);
    const loaded = await stored.load(run);
    const status = await foldRun(loaded);
    // Asleep, or left by a process that died: nothing of it runs, and whoever takes it meanwhile is fenced off by the entry, or this is.
    const { owner } = run;
    const isUnderWay = status.state === 'RUNNING' || (status.state === 'PENDING' && posts);
    const driven = active.get(run.runId) !== undefined;
    if (isUnderWay && (owner?.alive === true || driven)) throw new RunOwnedError(key, owner?.id ?? engineContext.owner);
    const taken = runOf(flows.of(status.creation), status, engineContext.codec, false);
    try {
      const { engine, first } = await resetRun(taken, loaded.inbox, engineContext, posts);
      engine.announce(first);
    } catch (error) {
      // Somebody has taken it since it was looked at, such as a process in which it has just woken up.
      if (!(error instanceof StaleRunError) || isSecond) throw error;
      await this.#reset(flows, key, posts, true);
    }
  }
}
