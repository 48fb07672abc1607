import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Where something is made before it gets its name. `key` is the task's idempotency key: a second try of the same work
 * finds the part of the first one, and nobody else does.
 */
export function partOf(path: string, key: string): string {
  return join(dirname(path), `.${basename(path)}.${key}.part`);
}

/** Gives a finished part its name, at once and for good: after this it survives a loss of power. */
export async function keep(path: string, key: string): Promise<void> {
  await rename(partOf(path, key), path);
  await syncDirectory(dirname(path));
}

/** Removes what was made, and the part of it, if they are there. */
export async function remove(...paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { recursive: true, force: true });
}

/** Makes the names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
