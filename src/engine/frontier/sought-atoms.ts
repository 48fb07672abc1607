/**
 * Atoms that were lost with their engine, and whose executors are asked whether a place still has their call: until they answer, that may be
 * under way, and counts as such. Not stored: a new engine asks again.
 */
export class SoughtAtoms {
  readonly #atoms: Set<number>;
  readonly #changed: (atom: number) => void;

  /** @param changed called for each atom that is sought from now on, or not any more */
  constructor(atoms: Iterable<number>, changed: (atom: number) => void) {
    this.#atoms = new Set(atoms);
    this.#changed = changed;
  }

  has(atom: number): boolean {
    return this.#atoms.size > 0 && this.#atoms.has(atom);
  }

  add(atom: number): void {
    this.#atoms.add(atom);
    this.#changed(atom);
  }

  /** Its executor has answered, or is not waited for any more. Says whether it was. */
  end(atom: number): boolean {
    if (!this.#atoms.delete(atom)) return false;
    this.#changed(atom);
    return true;
  }

  [Symbol.iterator](): IterableIterator<number> {
    return this.#atoms.values();
  }
}
