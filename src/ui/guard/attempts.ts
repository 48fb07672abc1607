import type { Clock } from '../../model/clock.js';
import { Refusal } from '../base/refusal.js';

const PER_MS = 60_000;
const MOST = 20;

/** Bounds how often somebody may guess a token. */
export class Attempts {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #failed: number[] = [];

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** @throws Refusal when too many have failed */
  check(): void {
    const now = this.#clock.monotonicMs();
    this.#failed = this.#failed.filter((atMs) => atMs > now - PER_MS);
    if (this.#failed.length < MOST) return;
    throw new Refusal(429, 'TOO_MANY_ATTEMPTS', 'too many wrong tokens were entered: try again in a minute', { 'retry-after': '60' });
  }

  failed(): void {
    this.#failed.push(this.#clock.monotonicMs());
  }
}
