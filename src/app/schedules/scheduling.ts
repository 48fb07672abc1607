import type { CompiledFlow } from '../../compilation/index.js';
import type { Firing } from '../../persistence/index.js';
import type { StartedRun } from '../driving/driver.js';
import { given } from '../driving/given.js';
import type { DueSource } from '../driving/ticker.js';
import { checkRunOptions, type RunNames } from '../registry/check-run-options.js';
import type { PreparedInputs } from '../registry/inputs.js';
import { onlyRunsOf } from '../registry/registry.js';
import type { Runs } from '../runs/runs.js';

/** What of the runs of an app it is made with. */
export type SchedulingParts = ReturnType<Runs['scheduling']>;

/** A run that begins by a schedule. */
export interface FiredRun {
  readonly flow: CompiledFlow;
  readonly names: RunNames & { readonly key: string };
  readonly inputs: PreparedInputs;
  readonly firing: Firing;
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

  /** Lets the next tick come at once. */
  hurry(): void {
    this.#parts.ticker.hurry();
  }

  /**
   * Begins a run and drives it here; nothing: there is one of its id.
   *
   * @throws Unfired, AppStoppedError, PersistenceError, InvalidInputError
   */
  fire(run: FiredRun): Promise<StartedRun | undefined> {
    return this.#parts.active.untilAbandoned(run.names.key, this.#fire(run));
  }

  async #fire({ flow, names, inputs, firing }: FiredRun): Promise<StartedRun | undefined> {
    checkRunOptions(flow, inputs, names);
    const { active, driver, ticker, outcome } = this.#parts;
    const { key } = names;
    // Its lease is alive when the run is this app's.
    const done = await ticker.use();
    try {
      const begun = await active.opening(key, () => driver.begin(flow, { ...names, ...given(inputs), firing }));
      if ('exists' in begun) return undefined;
      const { engine, result } = begun;
      const flows = onlyRunsOf({ flow, ...(inputs.args === undefined ? {} : { args: inputs.args }) });
      return { key, result: async () => (await result) ?? outcome(flows, key), ...(engine === undefined ? {} : { engine }) };
    } finally {
      done();
    }
  }
}
