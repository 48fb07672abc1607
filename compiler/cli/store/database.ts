import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressOf, folderAt, isDatabase, isFileStore } from '../../stores/index.js';
import { withoutPassword } from '../terminal/complaint.js';
import { UsageError } from '../terminal/io.js';
import { withPackages } from '../terminal/packages.js';
import { type Connects, copied } from './copied.js';

/** In a folder that a process of `file(…)` has, or had when it died. */
const LOCK = 'lock';

/**
 * A store without the app that it belongs to: a database, or a folder of `file(…)`. Nothing in it is migrated. Of a folder that is only
 * read a copy is, so that the process that has it keeps it.
 *
 * @throws UsageError
 */
export async function storeAt(where: string, folder: string, use: 'read' | 'write'): Promise<Connects> {
  if (isDatabase(where)) {
    const { source, options } = address(where);
    const { postgres } = await adapter();
    return postgres(source, { ...options, migrate: false });
  }
  const path = resolve(folder, where.startsWith('file://') ? fileURLToPath(where) : where.replace(/^file:/, ''));
  if (!isFileStore(path))
    throw new UsageError(`${withoutPassword(where)} is no store: give --database postgres://USER@HOST/DATABASE, or the folder of file(…)`);
  if (use === 'read') {
    return copied(await folderAt(path), existsSync(join(path, LOCK)));
  }
  const { file } = await import('flowproof');
  return file(path);
}

/** @throws UsageError */
export function address(url: string): ReturnType<typeof addressOf> {
  try {
    return addressOf(url);
  } catch {
    throw new UsageError(`${withoutPassword(url)} is no address: give postgres://USER@HOST/DATABASE`);
  }
}

/** @throws UsageError when pg is missing, which is beside the package and not in it */
export function adapter(): Promise<typeof import('flowproof/postgres')> {
  return withPackages('PostgreSQL', ['pg'], () => import('flowproof/postgres'));
}
