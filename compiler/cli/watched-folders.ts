import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where nobody writes sources; folders whose names begin with a dot are left out, too. */
const LEFT_OUT = new Set(['node_modules']);

interface Followed {
  readonly watcher: FSWatcher;
  /** Another folder of the same name may come after it. */
  readonly id: number;
}

/**
 * Watches each folder by itself, for names that come, go or change in it. To watch a whole tree at once loses files on
 * Node.js 20 once they are replaced by another one, as most editors save.
 *
 * @param trees watched with all folders that are, or come to be, in them
 * @param files watched alone, wherever they are
 * @param changed is given the absolute path
 * @param failed is told why no more folders can be watched
 * @returns ends it
 */
export function watchFolders(
  trees: readonly string[],
  files: readonly string[],
  changed: (path: string) => void,
  failed: (why: string) => void,
): () => void {
  const followed = new Map<string, Followed>();
  const alone = new Set(files);

  const follow = (folder: string, hear: (path: string) => void): boolean => {
    const id = idOf(folder);
    if (id === undefined || followed.get(folder)?.id === id) return false;
    followed.get(folder)?.watcher.close();
    try {
      const watcher = watch(folder, (_, name) => name !== null && hear(join(folder, name)));
      watcher.on('error', () => watcher.close());
      followed.set(folder, { watcher, id });
      return true;
    } catch (error) {
      // It may be gone by now.
      if (idOf(folder) !== undefined) failed(error instanceof Error ? error.message : String(error));
      return false;
    }
  };
  /** A folder with all that is in it. */
  const followTree = (folder: string, say: (path: string) => void): void => {
    const hear = (path: string): void => {
      changed(path);
      if (mayHold(path)) followTree(path, changed);
    };
    if (!follow(folder, hear)) return;
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) say(path);
      else if (mayHold(path)) followTree(path, say);
    }
  };

  for (const tree of trees) followTree(tree, () => {});
  for (const folder of new Set(files.map((file) => dirname(file)))) follow(folder, (path) => alone.has(path) && changed(path));
  return () => {
    for (const { watcher } of followed.values()) watcher.close();
  };
}

function mayHold(path: string): boolean {
  const name = path.slice(dirname(path).length + 1);
  return !LEFT_OUT.has(name) && !name.startsWith('.');
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** `undefined`: it is no folder, or none any more. */
function idOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true ? found.ino : undefined;
}
