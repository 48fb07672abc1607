import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type DirectoryLock, lockDirectory } from '../../persistence/index.js';

/**
 * A directory with a PGlite in it, for all connections of this process: the first one opens it, the last one closes it.
 * Behind a lock of ours, as PGlite lets a second process in, and loses what that one writes.
 */
export class PgliteStore {
  readonly #directory: string;
  readonly #opened: (database: PGlite) => Promise<void>;
  #users = 0;
  #opening: Promise<{ readonly database: PGlite; readonly lock: DirectoryLock }> | undefined;
  #closing: Promise<void> = Promise.resolve();

  /** @param opened called whenever the database is opened, before anybody uses it: no other process has it, nor had since */
  constructor(directory: string, opened: (database: PGlite) => Promise<void>) {
    this.#directory = resolve(directory);
    this.#opened = opened;
  }

  /** @throws PersistenceError `STORE_LOCKED` while another process has the directory. */
  async enter(): Promise<PGlite> {
    this.#users++;
    this.#opening ??= this.#closing.then(() => this.#open());
    try {
      return (await this.#opening).database;
    } catch (error) {
      this.#users--;
      if (this.#users === 0) this.#opening = undefined;
      throw error;
    }
  }

  async leave(): Promise<void> {
    this.#users--;
    const opening = this.#opening;
    if (this.#users > 0 || opening === undefined) return;
    this.#opening = undefined;
    this.#closing = opening.then(async ({ database, lock }) => {
      await database.close();
      await lock.release();
    });
    await this.#closing;
  }

  async #open() {
    await mkdir(this.#directory, { recursive: true });
    const lock = await lockDirectory(this.#directory);
    try {
      const database = new PGlite(join(this.#directory, 'data'));
      await database.waitReady;
      await this.#opened(database);
      return { database, lock };
    } catch (error) {
      await lock.release();
      throw error;
    }
  }
}
