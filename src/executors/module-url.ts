import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SOURCES = { '.js': '.ts', '.mjs': '.mts', '.cjs': '.cts' } as const;

/**
 * The module that places import. Where `tasks.js` is not built, as with tsx or where Node reads TypeScript itself, that is its
 * source `tasks.ts`.
 *
 * @throws TypeError when it is no absolute path and no URL of a file
 */
export function moduleUrl(caller: string, module: URL | string): string {
  const url = typeof module === 'string' && isAbsolute(module) ? pathToFileURL(module).href : String(module);
  if (!/^(file|data):/.test(url)) {
    throw new TypeError(`${caller}('${url}'): give new URL('./tasks.js', import.meta.url), or in CommonJS require.resolve('./tasks')`);
  }
  const [extension, source] = Object.entries(SOURCES).find(([built]) => url.endsWith(built)) ?? [];
  if (extension === undefined || source === undefined || !url.startsWith('file:') || existsSync(fileURLToPath(url))) return url;
  const written = `${url.slice(0, -extension.length)}${source}`;
  return existsSync(fileURLToPath(written)) ? written : url;
}
