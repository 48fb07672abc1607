/** Which values of a flow's runs are secret. Atoms are numbers, as in the journal. */
export interface Secrets {
  /** Names of inputs of the run. */
  readonly inputs: ReadonlySet<string>;
  /** Atom → names of its outputs. */
  readonly outputs: ReadonlyMap<number, ReadonlySet<string>>;
  /**
   * Atom → names of its inputs that are secret, perhaps none: all atoms that take, give or otherwise see a secret. What
   * they say beside their outputs may have it in it, too.
   */
  readonly secretReaders: ReadonlyMap<number, ReadonlySet<string>>;
  /** Names of signals whose payload is secret, as a wait for one says so; absent: none. */
  readonly signals?: ReadonlySet<string>;
}
