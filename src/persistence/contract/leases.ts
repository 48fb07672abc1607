import type { Clock } from '../../model/clock.js';

const RENEWAL_MS = 1_000;

/** How long an engine process waits between two renewals of its lease. */
export function renewalMs(leaseMs: number): number {
  return Math.min(RENEWAL_MS, leaseMs / 3);
}

/** Who is alive, for the stores that live in one process: nothing to write down, as no owner outlives the store. */
export class Leases {
  readonly #clock: Clock;
  readonly #ends = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  renew(owner: string, leaseMs: number): void {
    this.#ends.set(owner, this.#clock.monotonicMs() + leaseMs);
  }

  end(owner: string): void {
    this.#ends.delete(owner);
  }

  isAlive(owner: string): boolean {
    const end = this.#ends.get(owner);
    return end !== undefined && end > this.#clock.monotonicMs();
  }
}
