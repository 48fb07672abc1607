import type { Entry, Journal, Persistence } from '../../src/persistence/index.js';
import { type Fault, withFaults } from '../../src/testing/index.js';

/** What becomes of a write: as with {@link withFaults}, or the process stands still before it, until it is let go on. */
export type Fate = Fault | 'freeze';

/** How one process reaches the store: it may die at a write, stand still before one, or get no answer to one. */
export class Connections {
  readonly store: Persistence;
  /** Resolves when it has died. */
  readonly died: Promise<void>;
  /** Resolves when it stands still. */
  readonly frozen: Promise<void>;
  readonly #journals: Journal[] = [];
  #thaw: () => void = () => undefined;

  /** @param fateOf asked for each write of an entry, counted from 0 */
  constructor(store: Persistence, fateOf: (write: number, entry: Entry) => Fate) {
    let freeze: () => void = () => undefined;
    this.frozen = new Promise((resolve) => {
      freeze = resolve;
    });
    let stands: Promise<void> | undefined;
    const held = { ...store, connect: () => this.#opened(store.connect(), () => stands) };
    const faulty = withFaults(held, (write, entry) => {
      const fate = fateOf(write, entry);
      if (fate !== 'freeze') return fate;
      stands = new Promise((resolve) => {
        this.#thaw = resolve;
      });
      freeze();
      return 'pass';
    });
    this.store = faulty;
    this.died = faulty.died;
  }

  /** A process that stands still goes on, and knows nothing of it. */
  thaws(): void {
    this.#thaw();
  }

  /** What it had open is closed, as by its operating system. */
  async closed(): Promise<void> {
    for (const journal of this.#journals.splice(0)) await journal.close();
  }

  #opened(journal: Journal, stands: () => Promise<void> | undefined): Journal {
    this.#journals.push(journal);
    const append = journal.append.bind(journal);
    journal.append = async (items) => {
      await stands();
      return append(items);
    };
    return journal;
  }
}
