/** Pauses that double from one trouble to the next, up to a longest. */
export class Backoff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  #nextMs: number;

  constructor(firstMs: number, longestMs: number) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
    this.#nextMs = firstMs;
  }

  /** How long to pause now. */
  next(): number {
    const now = this.#nextMs;
    this.#nextMs = Math.min(2 * now, this.#longestMs);
    return now;
  }

  /** It went well. */
  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}
