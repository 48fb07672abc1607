import type { Journal, Persistence } from '../../../src/persistence/index.js';

/** The journals that a rig has opened on its store. */
export class OpenedJournals {
  readonly #persistence: Persistence;
  readonly #open: Journal[] = [];

  constructor(persistence: Persistence) {
    this.#persistence = persistence;
  }

  /** One of those that are open. */
  get any(): Journal | undefined {
    return this.#open[0];
  }

  readonly connect = async (): Promise<Journal> => {
    const journal = this.#persistence.connect();
    await journal.open();
    this.#open.push(journal);
    return journal;
  };

  readonly reopen = async (): Promise<Journal> => {
    await this.closeAll();
    return this.connect();
  };

  async closeAll(): Promise<void> {
    for (const journal of this.#open.splice(0)) await journal.close();
  }
}
