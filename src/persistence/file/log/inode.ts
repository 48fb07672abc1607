import { type FileHandle, stat } from 'node:fs/promises';

/** Identity of a file, whatever it is called, as long as it is open; after that another one may get its number. */
export interface Inode {
  readonly dev: bigint;
  readonly ino: bigint;
}

export async function inodeOf(handle: FileHandle): Promise<Inode> {
  const { dev, ino } = await handle.stat({ bigint: true });
  return { dev, ino };
}

/** What is under this name; `undefined` when nothing is. */
export async function statusOf(path: string): Promise<(Inode & { readonly size: number }) | undefined> {
  try {
    const { dev, ino, size } = await stat(path, { bigint: true });
    return { dev, ino, size: Number(size) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Whether this file is the one under this name. */
export async function isUnder(path: string, { dev, ino }: Inode): Promise<boolean> {
  const there = await statusOf(path);
  return there?.dev === dev && there.ino === ino;
}
