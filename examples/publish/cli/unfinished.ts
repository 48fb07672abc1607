import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A run that was begun and whose end nobody has seen. */
export interface UnfinishedRun {
  readonly id: string;
  readonly folder: string;
  /** Name of the store that has it. */
  readonly store: string;
  /** The process that worked on it last. */
  readonly pid: number;
}

/** Notes which runs have not ended, one small file each, so that the next start can go on with them. */
export class UnfinishedRuns {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The newest unfinished run of this folder in this store. */
  async newest(folder: string, store: string): Promise<UnfinishedRun | undefined> {
    const names = await readdir(this.#directory).catch(() => []);
    const ids = names.filter((name) => name.endsWith('.json')).sort();
    for (const name of ids.reverse()) {
      const run = JSON.parse(await readFile(join(this.#directory, name), 'utf8')) as UnfinishedRun;
      if (run.folder === folder && run.store === store) return run;
    }
    return undefined;
  }

  /** Notes that this process works on the run. */
  async note(run: Omit<UnfinishedRun, 'pid'>): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    const file = this.#file(run.id);
    await writeFile(`${file}.part`, JSON.stringify({ ...run, pid: process.pid }));
    await rename(`${file}.part`, file);
  }

  async forget(id: string): Promise<void> {
    await rm(this.#file(id), { force: true });
  }

  #file(id: string): string {
    return join(this.#directory, `${id}.json`);
  }
}
