import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { APP_OPTIONS, type UntypedOptions } from '#app';
import { messageOf } from '#model/in-words.js';
import { UsageError } from '../terminal/io.js';

/**
 * What the app is made of that a module exports: by default, as `app`, or as the only one. It may be a promise. The app itself is not
 * used: it would take up runs that other processes left.
 *
 * @throws UsageError
 */
export async function appIn(file: string, folder: string): Promise<UntypedOptions> {
  const path = resolve(folder, file);
  if (!existsSync(path)) throw new UsageError(`there is no ${file}: --app names the module that exports the app`);
  const exported = await imported(path, file);
  for (const name of ['default', 'app']) {
    const options = optionsOf(exported[name]);
    if (options !== undefined) return options;
  }
  const all = Object.values(exported).flatMap((one) => optionsOf(one) ?? []);
  const [first, second] = [...new Set(all)];
  if (first === undefined) throw new UsageError(`${file} exports no app: export const app = flowproof({ … })`);
  if (second !== undefined) throw new UsageError(`${file} exports several apps: export the one that is meant by default, or as 'app'`);
  return first;
}

async function imported(path: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
    const settled = Object.entries(module).map(async ([name, value]) => [name, await value] as const);
    return Object.fromEntries(await Promise.all(settled));
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'ERR_UNKNOWN_FILE_EXTENSION')
      throw new UsageError(
        `this Node.js runs no TypeScript: give --app the JavaScript that ${file} is built to, or install tsx and say NODE_OPTIONS='--import tsx'`,
      );
    throw new UsageError(`${file} can't be loaded: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`);
  }
}

/** CommonJS has its exports in the default one, too. */
function optionsOf(value: unknown): UntypedOptions | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { [APP_OPTIONS]: options, app } = value as { readonly [APP_OPTIONS]?: UntypedOptions; readonly app?: unknown };
  return options ?? (app === undefined ? undefined : (app as { readonly [APP_OPTIONS]?: UntypedOptions } | null)?.[APP_OPTIONS]);
}
