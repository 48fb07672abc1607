/** What the code of a flow met and did: the same for all versions that work on a run, and for all processes. */
export class Life {
  readonly #executed = new Map<string, number>();
  readonly #reverted = new Map<string, number>();
  /** What was done and is not undone: by task, and by the key that is the same when one piece of work is done twice. */
  readonly #undoable = new Set<string>();
  readonly #effects = new Map<string, Map<string, Readonly<Record<string, string>>>>();
  /** Keys of pieces of work, since the run began anew, and before. */
  readonly #keys = new Set<string>();
  readonly #pastKeys = new Set<string>();
  /** Tasks that an operator has undone. */
  readonly #byHand = new Set<string>();
  #calls = 0;
  /** Who was asked about values that were not there. */
  readonly blind: string[] = [];
  /** Paths of the choices, and of the nodes, that were decided about. */
  readonly asks: string[] = [];
  /** What must never happen, as soon as it is seen. */
  readonly wrong: string[] = [];

  /** How often any code of the flow was called. */
  get calls(): number {
    return this.#calls;
  }

  /** Counts. */
  executes(path: string, key: string): number {
    this.#calls++;
    this.#byHand.delete(path);
    if (this.#pastKeys.has(key)) this.wrong.push(`${path} is executed with a key of before the run began anew`);
    this.#keys.add(key);
    return count(this.#executed, path);
  }

  /** Counts. */
  reverts(path: string): number {
    this.#calls++;
    if (this.#byHand.has(path)) this.wrong.push(`${path} is reverted, and an operator has undone it`);
    return count(this.#reverted, path);
  }

  /** @param key of the piece of work: a second one needs the first to be undone, by who can */
  done(path: string, key: string, names: readonly string[], canUndo: boolean): Readonly<Record<string, string>> {
    const done = this.#effects.get(path) ?? new Map();
    if (canUndo && done.size > 0 && !done.has(key)) this.wrong.push(`${path} is done twice, and was not undone in between`);
    if (canUndo) this.#undoable.add(path);
    const gave = Object.fromEntries(names.map((name) => [name, `${name} of ${path}, ${key}`]));
    this.#effects.set(path, new Map(canUndo ? [...done, [key, gave]] : [[key, gave]]));
    return gave;
  }

  undone(path: string): void {
    this.#effects.delete(path);
  }

  undoneByHand(path: string): void {
    this.undone(path);
    this.#byHand.add(path);
  }

  /** The run begins anew: nobody counts what was done, and each piece of work is another one. */
  anew(): void {
    this.#effects.clear();
    this.#byHand.clear();
    for (const key of this.#keys) this.#pastKeys.add(key);
    this.#keys.clear();
  }

  asked(path: string): void {
    this.#calls++;
    this.asks.push(path);
  }

  /** Tasks of which something stays that has to be undone when the run goes back. */
  standing(): readonly string[] {
    return [...this.#effects.keys()].filter((path) => this.#undoable.has(path));
  }

  /** What stays of a task, as it gave it; nothing when all is undone. */
  left(path: string): Readonly<Record<string, string>> | undefined {
    return [...(this.#effects.get(path)?.values() ?? [])].at(-1);
  }
}

function count(counts: Map<string, number>, path: string): number {
  const next = (counts.get(path) ?? 0) + 1;
  counts.set(path, next);
  return next;
}
