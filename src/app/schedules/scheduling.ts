import type { CompiledFlow } from '../../compilation/index.js';
import type { Firing, Journal } from '../../persistence/index.js';
import type { StartedRun } from '../driving/driver.js';
import { given } from '../driving/given.js';
import type { DueSource } from '../driving/ticker.js';
import { checkRunOptions, type RunNames } from '../registry/check-run-options.js';
import type { PreparedInputs } from '../registry/inputs.js';
import { onlyRunsOf } from '../registry/registry.js';
import type { Runs } from '../runs/runs.js';

/** What of the runs of an app it is made with. */
export type SchedulingParts = ReturnType<Runs['scheduling']> & { readonly journal: Pick<Journal, 'find'> };

/** A run that begins by a schedule. */
export interface FiredRun {
  readonly flow: CompiledFlow;
  readonly names: RunNames & { readonly key: string };
  readonly inputs: PreparedInputs;
  readonly firing: Firing;
  /** Ids of earlier runs of the schedule that had not ended. */
  readonly earlier: readonly string[];
}

/** What schedules want of the runs of their app. */
export class Scheduling {
  readonly #parts: SchedulingParts;

  constructor(parts: SchedulingParts) {
    this.#parts = parts;
  }

  /** Asks with each tick from now on. */
  begin(source: DueSource): void {
    this.#parts.ticker.askDue(source);
  }

  /** What was left of this flow is begun here from now on, if it has to wait. */
  beginsOf({ name, limits }: CompiledFlow): void {
    if (limits !== undefined) this.#parts.runs.queue.beginsOf(name);
  }

  /** Lets the next tick come at once. */
  hurry(): void {
    this.#parts.ticker.hurry();
  }

  /**
   * Begins a run and drives it here, or, where its flow has limits, leaves it to whoever is free; nothing: there is one of its id.
   *
   * @throws Unfired, AppStoppedError, PersistenceError, InvalidInputError
   */
  fire(run: FiredRun): Promise<StartedRun | undefined> {
    return this.#parts.active.untilAbandoned(run.names.key, this.#fire(run));
  }

  async #fire(run: FiredRun): Promise<StartedRun | undefined> {
    return run.flow.limits === undefined ? this.#begin(run) : this.#post(run);
  }

  async #post({ flow, names, inputs, firing, earlier }: FiredRun): Promise<StartedRun | undefined> {
    const posted = await this.#parts.runs.queue.fire({ flow }, names, inputs, firing);
    if (posted !== undefined && firing.overlap === 'replace') void this.#endWaiting(flow, earlier, names.key);
    return posted;
  }

  /**
   * Those that are replaced while they wait begin nothing, and need no turn for that: they end here, at once. Where this process dies first, the next
   * firing does it, or whoever claims them.
   */
  async #endWaiting(flow: CompiledFlow, runIds: readonly string[], id: string): Promise<void> {
    const { journal, runs } = this.#parts;
    try {
      for (const runId of runIds) {
        const run = await journal.find({ runId });
        if (run?.state === 'PENDING' && run.owner === undefined) runs.adopt(onlyRunsOf({ flow }), run, { id });
      }
    } catch {
      // The store is away, or the app stops.
    }
  }

  async #begin({ flow, names, inputs, firing }: FiredRun): Promise<StartedRun | undefined> {
    checkRunOptions(flow, inputs, names);
    const { active, driver, ticker, runs } = this.#parts;
    const { key } = names;
    // Its lease is alive when the run is this app's.
    const done = await ticker.use();
    try {
      const begun = await active.opening(key, () => driver.begin(flow, { ...names, ...given(inputs), firing }));
      if ('exists' in begun) return undefined;
      const { engine, result } = begun;
      const flows = onlyRunsOf({ flow, ...(inputs.args === undefined ? {} : { args: inputs.args }) });
      return { key, result: async () => (await result) ?? runs.outcome(flows, key), ...(engine === undefined ? {} : { engine }) };
    } finally {
      done();
    }
  }
}
