/** The pieces of work of each task, in the order in which they were first called for; those of each beginning by themselves. */
export class Rounds {
  readonly #fails: Readonly<Record<string, number>>;
  readonly #keys = new Map<string, string[]>();

  /** @param fails so many attempts of each task fail, over all its pieces of work */
  constructor(fails: Readonly<Record<string, number>>) {
    this.#fails = fails;
  }

  /** Counted from 0; the same for all calls of one piece of work. */
  roundOf(path: string, key: string, beginning: number): number {
    const task = `${path} ${beginning}`;
    const keys = this.#keys.get(task) ?? [];
    if (!keys.includes(key)) this.#keys.set(task, [...keys, key]);
    return this.#keys.get(task)?.indexOf(key) ?? 0;
  }

  /** Whatever begins anew fails as it did before. @param turn names one attempt of a piece of work */
  fails(path: string, turn: string, beginning: number): boolean {
    return this.roundOf(`turns of ${path}`, turn, beginning) < (this.#fails[path] ?? 0);
  }
}
