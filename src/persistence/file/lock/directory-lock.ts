import { randomUUID } from 'node:crypto';
import { type FileHandle, link, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inodeOf, isUnder } from '../log/inode.js';
import { liveSignName, showLife } from './live-sign.js';
import { fateOf, locked, readHolder, thisProcess } from './lock-holder.js';
import { isContainer } from './surroundings.js';

export interface DirectoryLock {
  /** Whether what stands under the lock's name is this lock still: not removed, not in another directory. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Makes this process the only one that writes into a directory. Survives SIGKILL, reused pids and reboots: a lock whose
 * process is surely gone is taken over. One that may belong to a living process, as in a container on another machine, is not.
 * @throws PersistenceError `STORE_LOCKED`, with what to do.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = join(directory, 'lock');
  const me = thisProcess(randomUUID());
  const { token } = me;
  const claim = join(directory, `lock.claim-${token}`);
  // Elsewhere the process's id is enough, and who copies the directory meets no socket.
  const sign = isContainer(me) ? await showLife(directory, token) : undefined;
  let handle: FileHandle | undefined;
  try {
    handle = await open(claim, 'wx');
    await handle.writeFile(JSON.stringify(me));
    await handle.sync();
    await acquire(path, claim);
  } catch (error) {
    await handle?.close();
    await sign?.end();
    throw error;
  } finally {
    await unlink(claim).catch(ignoreMissing);
  }
  // As long as it is open, no other file gets its number.
  const held = handle;
  const inode = await inodeOf(held);
  return {
    isHeld: () => isUnder(path, inode),
    async release() {
      if ((await readHolder(path))?.token === token) await unlink(path).catch(ignoreMissing);
      await held.close();
      await sign?.end();
    },
  };
}

/**
 * `link` makes the lock with all its content, or fails. A stale one may only be replaced by whoever holds the lock
 * *after it*, which is named for it and got in the same way; that one looks again before it replaces. So of two
 * starters that both saw the stale lock, the slower one finds that it has changed.
 */
async function acquire(path: string, claim: string): Promise<void> {
  for (;;) {
    if (await tryLink(claim, path)) return;
    const holder = await readHolder(path);
    if (holder === undefined) continue;
    const fate = await fateOf(holder, path);
    if (fate !== 'dead') throw locked(path, holder, fate);
    const after = `${path}.after-${holder.token.slice(0, 8)}`;
    await acquire(after, claim);
    const unchanged = (await readHolder(path))?.token === holder.token;
    if (unchanged) {
      await rename(after, path);
      await unlink(join(dirname(path), liveSignName(holder.token))).catch(ignoreMissing);
      return;
    }
    await unlink(after);
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
