import type { AnyRunResult } from '../../engine/index.js';
import type { Clock } from '../../model/clock.js';
import { AppStoppedError, RunOwnedError } from '../../model/errors.js';
import { isEnded } from '../../model/states.js';
import type { RunSummary } from '../../persistence/index.js';
import type { ActiveRuns } from '../driving/active-runs.js';
import { type Driver, quiet } from '../driving/driver.js';
import { type JoinOptions, mayWait } from '../driving/join-options.js';
import type { StoredRuns } from '../driving/stored-runs.js';
import type { Ticker } from '../driving/ticker.js';
import type { FlowFinder } from '../registry/flow-finder.js';

export interface OwnershipParts {
  /** Id of this app's lease. */
  readonly owner: string;
  readonly clock: Clock;
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
    const { active, stored, driver } = this.#parts;
    for (let run = await stored.whenAvailable(() => stored.find(key)); ; ) {
      flows.check(run);
      const driven = active.get(run.runId);
      if (driven === undefined && (isEnded(run.state) || run.state === 'SUSPENDED')) return driver.outcome(flows, run);
      const next = active.next(run.runId);
      const news = driven ?? (await Promise.race([next.run, this.#news(run)]).finally(next.cancel));
      next.cancel();
      const result = 'engine' in news ? await news.result : undefined;
      if (result !== undefined) return result;
      run = 'engine' in news ? await stored.whenAvailable(() => stored.find(key)) : news;
    }
  }

  /**
   * The result of a run, whoever drives it.
   *
   * @throws RunOwnedError when a live engine has it and the caller would not wait
   * @throws RunNotFoundError when it was pruned meanwhile
   */
  async join(flows: FlowFinder, found: RunSummary, options: JoinOptions): Promise<AnyRunResult> {
    const { active, driver, owner } = this.#parts;
    const { takeover } = options;
    let refuses = options.ifOwned === 'refuse';
    let wakes = options.wakes === true || options.message !== undefined;
    flows.check(found);
    for (let run = found; ; ) {
      const { key } = run;
      const driven = active.get(run.runId);
      const isElsewhere = run.owner?.alive === true && run.owner.id !== owner && takeover === 'if-dead';
      const isTaken = driven === undefined ? isElsewhere : !driven.isRecovered || options.watch !== undefined;
      if (refuses && isTaken) throw new RunOwnedError(key, run.owner?.id ?? owner);
      if (driven !== undefined) {
        const result = await driven.result;
        if (result !== undefined && !mayWait(result, options)) return result;
        // The engine may have taken no more messages when this one came.
        run = await this.#afterwards(key);
      } else if (active.isClosed) {
        throw new AppStoppedError(key);
      } else if (isElsewhere || (!wakes && this.#isAsleep(run))) {
        run = await this.#news(run);
        if (run.state === 'SUSPENDED' && !mayWait(run, options)) return { state: 'SUSPENDED', flow: run.flow, runId: key };
      } else {
        const seen = run;
        const settled = await active.opening(key, () => driver.takeOver(flows, seen, options));
        // Once is enough: what sleeps again is waited for, whoever takes it next.
        wakes = false;
        if (settled !== undefined) refuses = false;
        const result = await settled?.result;
        if (result !== undefined) return result;
        run = await this.#afterwards(key);
      }
    }
  }

  /** A run that no engine here has any more. One that was let go of may be due again at once: then a tick takes it, and no loop without a wait. */
  async #afterwards(key: string): Promise<RunSummary> {
    const { stored } = this.#parts;
    const run = await stored.whenAvailable(() => stored.find(key));
    return isFree(run) ? this.#news(run) : run;
  }

  /** What becomes of a run next: one that this app may have taken, and let go of, since it was looked at, is looked at once more. */
  async #news(run: RunSummary): Promise<RunSummary> {
    const { active, stored, ticker, owner } = this.#parts;
    const news = quiet(ticker.news(run));
    if (run.owner === undefined || run.owner.id === owner) {
      const now = await stored.whenAvailable(() => stored.find(run.key));
      if (active.get(run.runId) !== undefined || now.state !== run.state || now.wakeAtMs !== run.wakeAtMs) return now;
    }
    const later = await news;
    // An engine here has had it, and let go of it at once.
    return later.owner?.id === owner && active.get(run.runId) === undefined ? this.#afterwards(run.key) : later;
  }

  /** No process has it, and none takes it before it is due. */
  #isAsleep(run: RunSummary): boolean {
    const { ticker, clock } = this.#parts;
    const { wakeAtMs } = run;
    if (!isFree(run) || wakeAtMs === undefined) return false;
    return wakeAtMs === 'never' || wakeAtMs > (ticker.storeNowMs() ?? clock.nowMs());
  }
}

/** It is under way, and no process has it. */
function isFree({ owner, state }: RunSummary): boolean {
  return owner === undefined && !isEnded(state) && state !== 'SUSPENDED';
}
