import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '#model/in-words.js';
import { UsageError } from '../terminal/io.js';

/** Imports a module of the person's, and awaits what it exports. */
export interface UserModule {
  /** As it was written. */
  readonly file: string;
  readonly folder: string;
  /** Where it was given, as sentences name it, such as `--app`. */
  readonly given: string;
  /** What it is to export, for the sentence that says that there is none. */
  readonly wanted: string;
}

/** @throws UsageError when there is none, or it can't be loaded */
export async function importedModule({ file, folder, given, wanted }: UserModule): Promise<Readonly<Record<string, unknown>>> {
  const path = resolve(folder, file);
  if (!existsSync(path)) throw new UsageError(`there is no ${file}: ${given} names the module that exports ${wanted}`);
  try {
    const module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
    const settled = Object.entries(module).map(async ([name, value]) => [name, await value] as const);
    return Object.fromEntries(await Promise.all(settled));
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'ERR_UNKNOWN_FILE_EXTENSION')
      throw new UsageError(
        `this Node.js runs no TypeScript: give ${given} the JavaScript that ${file} is built to, or install tsx and say NODE_OPTIONS='--import tsx'`,
      );
    throw new UsageError(`${file} can't be loaded: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`);
  }
}
