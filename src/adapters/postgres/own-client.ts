import pg from 'pg';
import { systemClock } from '../../model/clock.js';

/** The server has so long to say goodbye. */
const ENDING_MS = 1_000;

/** A client of pg for connections of ours, which ends also where the server does not answer any more. */
export class OwnClient extends pg.Client {
  // What the types of pg don't say.
  /** The backend as the server named it in its greeting: a pooler in between names another one. */
  declare readonly processID: number | null;
  /** Whether the connection keeps the process alive. */
  declare ref: () => void;
  declare unref: () => void;
  #ending: Promise<void> | undefined;

  constructor(config?: string | pg.ClientConfig) {
    super(config);
    // pg lets what a URL says win, also that it has no password.
    if (typeof config === 'object' && config.password !== undefined)
      Object.defineProperty(this, 'password', { value: config.password, configurable: true, writable: true });
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | void {
    this.#ending ??= this.#end();
    if (callback === undefined) return this.#ending;
    // As of pg: called without an error.
    this.#ending.then(callback as () => void, callback);
  }

  async #end(): Promise<void> {
    // Whether the connection keeps the process alive is for what is asked of it; its end is waited for.
    this.ref();
    const cancel = systemClock.after(ENDING_MS, () => this.connection.stream.destroy());
    try {
      await super.end();
    } finally {
      cancel();
    }
  }
}
