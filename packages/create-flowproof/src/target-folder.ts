import { readdir, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { wrongName } from './package-name.js';

/** Where a project is to be, or why it can't be there. */
export type TargetFolder = { readonly path: string; readonly name: string } | { readonly wrong: string };

/** Looks whether a project can be written into a folder: it must not be there, or be empty but for `.git`. */
export async function targetFolder(cwd: string, folder: string): Promise<TargetFolder> {
  if (folder.includes('\0')) return { wrong: `${JSON.stringify(folder)} is no name of a folder` };
  const path = resolve(cwd, folder);
  const name = basename(path);
  const wrong = folder.trim() === '' ? 'a folder needs a name' : (wrongName(name) ?? (await whyNot(path)));
  return wrong === undefined ? { path, name } : { wrong };
}

async function whyNot(path: string): Promise<string | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) return found.code === 'ENOENT' ? undefined : found.message;
  if (!found.isDirectory()) return `${path} is there already, and no folder`;
  const inside = (await readdir(path)).filter((name) => name !== '.git');
  if (inside.length > 0)
    return `${path} is not empty (${inside.slice(0, 3).join(', ')}${inside.length > 3 ? ', …' : ''}): nothing was written`;
  return undefined;
}
