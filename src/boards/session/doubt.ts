import type { Clock } from '../../model/clock.js';

/** A request may come to a server so much later than its answer was given up: while it elects a leader, or a network heals. */
const LATEST_MS = 20_000;

/** Whether the server may have given jobs to a session that does not know of them, since a claim had no answer. */
export class Doubt {
  readonly #clock: Clock;
  readonly #everyMs: number;
  #endsAtMs: number | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, leaseMs: number) {
    this.#clock = clock;
    this.#everyMs = leaseMs / 3;
  }

  get isThere(): boolean {
    return this.#endsAtMs !== undefined;
  }

  begin(): void {
    this.#endsAtMs = this.#clock.monotonicMs() + LATEST_MS;
    this.#lookedAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Whether it is time to look. */
  isDue(): boolean {
    return this.isThere && this.#clock.monotonicMs() - this.#lookedAtMs >= this.#everyMs;
  }

  /** What a look gives. The doubt is over with one that was begun late enough. */
  async look<T>(ask: () => Promise<T>): Promise<T> {
    const beganAtMs = this.#clock.monotonicMs();
    const found = await ask();
    this.#lookedAtMs = beganAtMs;
    if (this.#endsAtMs !== undefined && beganAtMs >= this.#endsAtMs) this.#endsAtMs = undefined;
    return found;
  }
}
