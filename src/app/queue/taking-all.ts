import type { TakeParams, TakeResult } from '../../persistence/index.js';
import type { Recovery } from '../driving/recovery.js';
import type { Taker } from '../driving/ticker.js';
import type { PostedRuns } from './posted-runs.js';

/** What a tick takes and looks for: what woke up or was left first, and then what was posted. */
export class TakingAll implements Taker {
  readonly #recovery: Recovery;
  readonly #posted: PostedRuns;

  constructor(recovery: Recovery, posted: PostedRuns) {
    this.#recovery = recovery;
    this.#posted = posted;
  }

  params(): TakeParams | undefined {
    const params = this.#recovery.params();
    return params && { ...params, posted: this.#posted.asked() };
  }

  heard(result: TakeResult, params: TakeParams): void {
    this.#recovery.heard(result, params);
    if (result.posted) this.#posted.heard(params.posted ?? []);
  }

  missed(): void {
    this.#recovery.missed();
  }
}
