import type { Clock } from '../model/clock.js';

const REFUSED_MS = 60_000;
const MOST = 1_000;

/** Runs that this app can't go on with: it leaves them out for a minute, so that others find them first. */
export class RefusedRuns {
  readonly #clock: Clock;
  /** When each may be looked at again; the oldest first. */
  readonly #untilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(runId: string): void {
    this.#untilMs.delete(runId);
    this.#untilMs.set(runId, this.#clock.monotonicMs() + REFUSED_MS);
    const [oldest] = this.#untilMs.keys();
    if (this.#untilMs.size > MOST && oldest !== undefined) this.#untilMs.delete(oldest);
  }

  has(runId: string): boolean {
    return (this.#untilMs.get(runId) ?? Number.NEGATIVE_INFINITY) > this.#clock.monotonicMs();
  }

  ids(): readonly string[] {
    for (const runId of this.#untilMs.keys()) {
      if (this.has(runId)) break;
      this.#untilMs.delete(runId);
    }
    return [...this.#untilMs.keys()];
  }

  clear(): void {
    this.#untilMs.clear();
  }
}
