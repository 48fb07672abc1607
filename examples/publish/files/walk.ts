import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A file below a folder; `other` is what can't be published: links, sockets, devices. */
export interface Found {
  readonly kind: 'file' | 'other';
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly size: number;
}

/** What is in `folder` and below, without the directory `except`, always in the same order. */
export async function* walk(folder: string, except: string, prefix = ''): AsyncGenerator<Found> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = `${prefix}${entry.name}`;
    const full = join(folder, path);
    if (full === except) continue;
    if (entry.isDirectory()) yield* walk(folder, except, `${path}/`);
    else if (entry.isFile()) yield { kind: 'file', path, size: (await lstat(full)).size };
    else yield { kind: 'other', path, size: 0 };
  }
}
