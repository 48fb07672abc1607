/** Atoms that could be called, but for a slot of the limits of their task: nothing is stated of them, and others are looked at meanwhile. */
export class ParkedAtoms {
  readonly #atoms = new Set<number>();

  get size(): number {
    return this.#atoms.size;
  }

  has(atom: number): boolean {
    return this.#atoms.size > 0 && this.#atoms.has(atom);
  }

  add(atom: number): void {
    this.#atoms.add(atom);
  }

  delete(atom: number): boolean {
    return this.#atoms.size > 0 && this.#atoms.delete(atom);
  }

  first(): number | undefined {
    for (const atom of this.#atoms) return atom;
    return undefined;
  }

  [Symbol.iterator](): IterableIterator<number> {
    return this.#atoms.values();
  }
}
