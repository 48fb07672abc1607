import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PersistenceError } from '../../model/errors.js';
import { processStart } from './process-start.js';

/** Who holds a lock file. */
interface Holder {
  readonly pid: number;
  /** See `processStart`. */
  readonly started: string;
  /** Tells this holding from any other. */
  readonly token: string;
}

export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Makes this process the only one that writes into a directory. Survives SIGKILL and reused pids: a lock whose process
 * is gone, or is another one than the lock says, is taken over.
 * @throws PersistenceError `STORE_LOCKED` when a living process has it.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = join(directory, 'lock');
  const me: Holder = { pid: process.pid, started: processStart(process.pid) ?? '', token: randomUUID() };
  const claim = join(directory, `lock.claim-${me.token}`);
  await writeDurably(claim, JSON.stringify(me));
  try {
    await acquire(path, claim);
  } finally {
    await unlink(claim).catch(ignoreMissing);
  }
  return { release: () => releaseIfMine(path, me.token) };
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
    if (processStart(holder.pid) === holder.started) throw locked(path, holder);
    const after = `${path}.after-${holder.token.slice(0, 8)}`;
    await acquire(after, claim);
    const unchanged = (await readHolder(path))?.token === holder.token;
    if (unchanged) {
      await rename(after, path);
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

/** `undefined` when the lock was released meanwhile. */
async function readHolder(path: string): Promise<Holder | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    ignoreMissing(error as NodeJS.ErrnoException);
    return undefined;
  }
  try {
    const { pid, started, token } = JSON.parse(text) as Partial<Record<keyof Holder, unknown>>;
    if (Number.isSafeInteger(pid) && typeof started === 'string' && typeof token === 'string')
      return { pid: pid as number, started, token };
  } catch {
    // Falls through: whatever is there is no lock of ours.
  }
  throw new PersistenceError('STORE_LOCKED', `'${path}' is not a lock that flowproof wrote: remove it when no process uses this directory`);
}

async function releaseIfMine(path: string, token: string): Promise<void> {
  if ((await readHolder(path))?.token === token) await unlink(path).catch(ignoreMissing);
}

function locked(path: string, { pid }: Holder): PersistenceError {
  const who = pid === process.pid ? 'this very process: share one file() value in it' : `process ${pid}: stop it, or use another directory`;
  return new PersistenceError('STORE_LOCKED', `'${path}' is held by ${who}`);
}

async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
