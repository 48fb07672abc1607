import type { AnyRunResult } from '../../engine/index.js';
import { AppStoppedError, RunOwnedError } from '../../model/errors.js';
import { isEnded } from '../../model/states.js';
import type { RunSummary } from '../../persistence/index.js';
import type { FlowFinder } from '../registry/flow-finder.js';
import type { ActiveRuns } from './active-runs.js';
import type { Driver } from './driver.js';
import type { StoredRuns } from './stored-runs.js';
import type { Ticker } from './ticker.js';
import { mayWait, type Wishes } from './wishes.js';

export interface OwnershipParts {
  /** Id of this app's lease. */
  readonly owner: string;
  readonly active: ActiveRuns;
  readonly stored: StoredRuns;
  readonly ticker: Ticker;
  readonly driver: Driver;
}

/** Who has a run: this app, another one that lives, or nobody, and then this app takes it. */
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
    for (let run = await stored.patiently(() => stored.find(key)); ; run = await ticker.news(run)) {
      flows.check(run);
      const here = active.get(run.runId);
      if (here !== undefined) return here.result;
      if (isEnded(run.state) || run.state === 'SUSPENDED') return driver.outcome(flows, run);
    }
  }

  /**
   * The result of a run, whoever drives it.
   *
   * @throws RunOwnedError when a live engine has it and the caller would not wait
   * @throws RunNotFoundError when it was pruned meanwhile
   */
  async join(flows: FlowFinder, found: RunSummary, wishes: Wishes): Promise<AnyRunResult> {
    const { active, stored, ticker, driver, owner } = this.#parts;
    const { takeover, ifOwned } = wishes;
    flows.check(found);
    for (let run = found; ; ) {
      const { key } = run;
      const here = active.get(run.runId);
      const elsewhere = run.owner?.alive === true && run.owner.id !== owner && takeover === 'if-dead';
      const isTaken = here === undefined ? elsewhere : !here.isRecovered || wishes.watch !== undefined;
      if (ifOwned === 'refuse' && isTaken) throw new RunOwnedError(key, run.owner?.id ?? owner);
      if (here !== undefined) {
        const result = await here.result;
        if (!mayWait(result.state, wishes)) return result;
        // The message may have come when the engine had stopped listening.
        run = await stored.patiently(() => stored.find(key));
      } else if (active.isClosed) {
        throw new AppStoppedError(key);
      } else if (elsewhere) {
        run = await ticker.news(run);
        if (run.state === 'SUSPENDED' && !mayWait(run.state, wishes)) return { state: 'SUSPENDED', flow: run.flow, runId: key };
      } else {
        const seen = run;
        const settled = await active.opening(key, () => driver.takeOver(flows, seen, wishes));
        if (settled !== undefined) return settled.result;
        run = await stored.patiently(() => stored.find(key));
      }
    }
  }
}
