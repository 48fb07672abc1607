import type { AnyRunResult } from '../../engine/index.js';
import { AppStoppedError, RunOwnedError } from '../../model/errors.js';
import { isEnded } from '../../model/states.js';
import type { RunSummary } from '../../persistence/index.js';
import type { FlowFinder } from '../registry/flow-finder.js';
import type { ActiveRuns } from './active-runs.js';
import type { Driver } from './driver.js';
import { type JoinOptions, mayWait } from './join-options.js';
import type { StoredRuns } from './stored-runs.js';
import type { Ticker } from './ticker.js';

export interface OwnershipParts {
  /** Id of this app's lease. */
  readonly owner: string;
  readonly active: ActiveRuns;
  readonly stored: StoredRuns;
  readonly ticker: Ticker;
  readonly driver: Driver;
}

/** Which process has a run: this app, another one that lives, or none, and then this app takes it. */
export class Ownership {
  readonly #parts: OwnershipParts;

  constructor(parts: OwnershipParts) {
    this.#parts = parts;
  }

  /**
   * How a run ends, or that it rests: waited for as long as it takes, and nothing is begun, taken over or gone on with.
   *
   * @throws RunNotFoundError when there is none, or it was pruned meanwhile
   */
  async outcome(flows: FlowFinder, key: string): Promise<AnyRunResult> {
    const { active, stored, ticker, driver } = this.#parts;
    for (let run = await stored.whenAvailable(() => stored.find(key)); ; run = await ticker.news(run)) {
      flows.check(run);
      const driven = active.get(run.runId);
      if (driven !== undefined) return driven.result;
      if (isEnded(run.state) || run.state === 'SUSPENDED') return driver.outcome(flows, run);
    }
  }

  /**
   * The result of a run, whoever drives it.
   *
   * @throws RunOwnedError when a live engine has it and the caller would not wait
   * @throws RunNotFoundError when it was pruned meanwhile
   */
  async join(flows: FlowFinder, found: RunSummary, options: JoinOptions): Promise<AnyRunResult> {
    const { active, stored, ticker, driver, owner } = this.#parts;
    const { takeover, ifOwned } = options;
    flows.check(found);
    for (let run = found; ; ) {
      const { key } = run;
      const driven = active.get(run.runId);
      const isElsewhere = run.owner?.alive === true && run.owner.id !== owner && takeover === 'if-dead';
      const isTaken = driven === undefined ? isElsewhere : !driven.isRecovered || options.watch !== undefined;
      if (ifOwned === 'refuse' && isTaken) throw new RunOwnedError(key, run.owner?.id ?? owner);
      if (driven !== undefined) {
        const result = await driven.result;
        if (!mayWait(result.state, options)) return result;
        // The engine may have taken no more messages when this one came.
        run = await stored.whenAvailable(() => stored.find(key));
      } else if (active.isClosed) {
        throw new AppStoppedError(key);
      } else if (isElsewhere) {
        run = await ticker.news(run);
        if (run.state === 'SUSPENDED' && !mayWait(run.state, options)) return { state: 'SUSPENDED', flow: run.flow, runId: key };
      } else {
        const seen = run;
        const settled = await active.opening(key, () => driver.takeOver(flows, seen, options));
        if (settled !== undefined) return settled.result;
        run = await stored.whenAvailable(() => stored.find(key));
      }
    }
  }
}
