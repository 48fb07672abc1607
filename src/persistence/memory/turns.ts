/** Of more they are forgotten that are not ahead of the others. */
const MOST_KNOWN = 1_000;

/** Whose turn it is, of those that share something: each comes again later by what it took, the sooner the greater its weight. */
export class Turns {
  readonly #next = new Map<string, number>();
  /** The turn that it is. Who comes anew begins here: nothing is saved up. */
  #now = 0;

  of(key: string): number {
    return Math.max(this.#now, this.#next.get(key) ?? 0);
  }

  took(key: string, weight: number): void {
    const turn = this.of(key);
    this.#next.set(key, turn + 1 / weight);
    // Behind it are those that had it before, and those that do not wait.
    this.#now = turn;
    if (this.#next.size > MOST_KNOWN) for (const [other, next] of this.#next) if (next <= turn) this.#next.delete(other);
  }
}
