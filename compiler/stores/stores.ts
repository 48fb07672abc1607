import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Persistence } from 'flowproof';

/** A store of runs that is only read. */
export interface ReadStore {
  readonly journal: ReturnType<Persistence['connect']>;
  close(): Promise<void>;
}

export function isDatabase(where: string): boolean {
  return /^postgres(ql)?:\/\//.test(where);
}

/** What an address says of how to reach the store, beside where it is. */
export interface AddressOptions {
  readonly schema?: string;
  readonly pooler?: 'transaction';
}

/** A PostgreSQL. The parameters `schema` and `pooler` of its address are ours; the defaults are those of `postgres`. @throws TypeError when it is no address */
export function addressOf(url: string): { readonly source: string; readonly options: AddressOptions } {
  const address = new URL(url);
  const schema = address.searchParams.get('schema');
  const isPooled = address.searchParams.get('pooler') === 'transaction';
  for (const own of ['schema', 'pooler']) address.searchParams.delete(own);
  return { source: address.href, options: { ...(schema === null ? {} : { schema }), ...(isPooled ? { pooler: 'transaction' } : {}) } };
}

/** The runs of a PostgreSQL, by its {@link addressOf | address}. */
export async function databaseAt(url: string): Promise<ReadStore> {
  const { source, options } = addressOf(url);
  const { postgres } = await import('flowproof/postgres');
  const journal = postgres(source, { ...options, migrate: false }).connect();
  await journal.open();
  return { journal, close: () => journal.close() };
}

/** A log of `file(…)`, also of older versions. */
const LOG = /^journal(-[^.]+)?\.log$/;
const ATTEMPTS = 5;

/** Whether a store of `file(…)` is in this folder. */
export function isFileStore(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true && readdirSync(folder).some((name) => LOG.test(name));
}

/**
 * The runs of a folder of `file(…)`. They are read from a copy: whoever has the folder keeps it, its lock is not asked
 * for, and nothing in it changes.
 */
export async function folderAt(folder: string): Promise<ReadStore> {
  const copy = mkdtempSync(join(tmpdir(), 'flowproof-runs-'));
  const remove = (): void => rmSync(copy, { recursive: true, force: true });
  try {
    copyLog(folder, copy);
    const { file } = await import('flowproof');
    const journal = file(copy).connect();
    await journal.open();
    return { journal, close: () => journal.close().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** In the order in which it was written, so that the copy is the log as it was once; a file may be put together with others meanwhile. */
function copyLog(folder: string, copy: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      for (const name of readdirSync(folder)
        .filter((one) => LOG.test(one))
        .sort())
        copyFileSync(join(folder, name), join(copy, name));
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOENT' || attempt === ATTEMPTS) throw error;
      for (const name of readdirSync(copy)) rmSync(join(copy, name));
    }
  }
}
