/** Names of which only so many are asked about at once: all in turn. */
export class InTurn {
  readonly #most: number;
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  some(names: readonly string[]): readonly string[] {
    if (names.length <= this.#most) return names;
    const from = this.#next % names.length;
    this.#next = from + this.#most;
    return [...names, ...names].slice(from, from + this.#most);
  }
}
