import { stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { walk } from '../files/walk.js';
import { UsageError } from './usage.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
};

/** @throws UsageError when there is nothing to publish */
export async function checkFolder(folder: string, target: string): Promise<void> {
  if (`${folder}${sep}`.startsWith(target + sep)) throw new UsageError(`can't publish ${folder}: the demo keeps its own files there`);
  if (!(await hasFile(folder, target))) throw new UsageError(`can't publish ${folder}: there is no file in it`);
}

async function hasFile(folder: string, target: string): Promise<boolean> {
  try {
    if (!(await stat(folder)).isDirectory()) throw new UsageError(`can't publish ${folder}: it is a file, not a folder`);
    for await (const { kind } of walk(folder, target)) if (kind === 'file') return true;
    return false;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError(`can't publish ${folder}: ${REASONS[code] ?? `it can't be read (${code})`}`);
  }
}
