import { type FSWatcher, readdirSync, statSync, type WatchListener, watch } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** Folders without sources; folders whose names begin with a dot are left out, too. */
const LEFT_OUT = new Set(['node_modules']);

/**
 * Watches each folder by itself, for names that come, go or change in it. To watch a whole tree at once loses files on
 * Node.js 20 once they are replaced by another one, as most editors save.
 *
 * @param trees watched with all folders that are, or come to be, in them
 * @param files watched alone, wherever they are
 * @param changed is given the absolute path
 * @param failed gets the reason why no more folders can be watched
 * @returns ends it
 */
export function watchFolders(
  trees: readonly string[],
  files: readonly string[],
  changed: (path: string) => void,
  failed: (why: string) => void,
): () => void {
  const followed = new Map<string, FSWatcher>();
  const alone = new Set(files);

  const forget = (folder: string): void => {
    for (const [path, watcher] of followed) {
      if (path !== folder && !path.startsWith(folder + sep)) continue;
      watcher.close();
      followed.delete(path);
    }
  };
  const follow = (folder: string, hear: WatchListener<string>): boolean => {
    if (followed.has(folder) || !isFolder(folder)) return false;
    try {
      const watcher = watch(folder, hear);
      watcher.on('error', () => forget(folder));
      followed.set(folder, watcher);
      return true;
    } catch (error) {
      // It may be gone by now.
      if (isFolder(folder)) failed(error instanceof Error ? error.message : String(error));
      return false;
    }
  };
  /** A folder with all that is in it. */
  const followTree = (folder: string, say: (path: string) => void): void => {
    const hear = (event: string, name: string | null): void => {
      if (name === null) return;
      const path = join(folder, name);
      changed(path);
      if (event !== 'rename') return;
      // It came or went, or both: what was followed under its name may be another one.
      forget(path);
      if (mayHold(name)) followTree(path, changed);
    };
    if (!follow(folder, hear)) return;
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) say(path);
      else if (mayHold(entry.name)) followTree(path, say);
    }
  };

  for (const tree of trees) followTree(tree, () => {});
  for (const folder of new Set(files.map((file) => dirname(file)))) {
    follow(folder, (_, name) => name !== null && alone.has(join(folder, name)) && changed(join(folder, name)));
  }
  return () => {
    for (const watcher of followed.values()) watcher.close();
    followed.clear();
  };
}

function mayHold(name: string): boolean {
  return !LEFT_OUT.has(name) && !name.startsWith('.');
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
