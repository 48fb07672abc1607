import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type DirectoryLock, lockDirectory, Shared } from '../../persistence/index.js';

interface Opened {
  readonly database: PGlite;
  readonly lock: DirectoryLock;
}

/**
 * A directory with a PGlite in it, for all connections of this process. Behind a lock of ours, as PGlite lets a second process
 * in, and loses what that one writes.
 */
export class PgliteStore {
  readonly #directory: string;
  readonly #opened: (database: PGlite) => Promise<void>;
  readonly #shared: Shared<Opened>;

  /** @param opened called whenever the database is opened, before anybody uses it: no other process has it, nor had since */
  constructor(directory: string, opened: (database: PGlite) => Promise<void>) {
    this.#directory = resolve(directory);
    this.#opened = opened;
    this.#shared = new Shared({ open: () => this.#open(), close });
  }

  /** @throws PersistenceError `STORE_LOCKED` while another process has the directory. */
  async enter(): Promise<PGlite> {
    return (await this.#shared.enter()).database;
  }

  leave(): Promise<void> {
    return this.#shared.leave();
  }

  async #open(): Promise<Opened> {
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

async function close({ database, lock }: Opened): Promise<void> {
  await database.close();
  await lock.release();
}
