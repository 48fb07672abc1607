import type { Clock } from '../model/clock.js';

const FIRST_MS = 60_000;
const LONGEST_MS = 3_600_000;
const MOST = 1_000;

interface Refusal {
  readonly untilMs: number;
  readonly nextMs: number;
}

/** Runs that this app can't go on with: left out for a minute, then for two, four and so on, so that others find them first. */
export class RefusedRuns {
  readonly #clock: Clock;
  /** What was refused last is last. */
  readonly #refusals = new Map<string, Refusal>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(runId: string): void {
    const { nextMs } = this.#refusals.get(runId) ?? { nextMs: FIRST_MS };
    this.#refusals.delete(runId);
    this.#refusals.set(runId, { untilMs: this.#clock.monotonicMs() + nextMs, nextMs: Math.min(2 * nextMs, LONGEST_MS) });
    const [oldest] = this.#refusals.keys();
    if (this.#refusals.size > MOST && oldest !== undefined) this.#refusals.delete(oldest);
  }

  has(runId: string): boolean {
    return (this.#refusals.get(runId)?.untilMs ?? Number.NEGATIVE_INFINITY) > this.#clock.monotonicMs();
  }

  ids(): readonly string[] {
    return [...this.#refusals.keys()].filter((runId) => this.has(runId));
  }

  clear(): void {
    this.#refusals.clear();
  }
}
