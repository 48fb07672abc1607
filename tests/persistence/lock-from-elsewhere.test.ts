import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { lockDirectory } from '../../src/persistence/file/lock/directory-lock.js';
import { type LiveSign, liveSignName, showLife } from '../../src/persistence/file/lock/live-sign.js';
import { type Holder, thisProcess } from '../../src/persistence/file/lock/lock-holder.js';
import { isLocal } from '../../src/persistence/file/lock/surroundings.js';
import { temporaryDirectory } from './file-rig.js';

vi.mock('../../src/persistence/file/lock/surroundings.js', async (original) => ({ ...(await original<object>()), isLocal: vi.fn() }));

const TOKEN = 'elsewhere';
/** A lock that was taken in a container, whose first process has the id 1, as in all others. */
const IN_CONTAINER = { pid: 1, pidNamespace: 'pid:[1]', host: 'a-container' };
const ANOTHER_BOOT = { system: 'another boot', host: 'node-7' };

let directory: string;
let path: string;
const signs: LiveSign[] = [];
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory, 'lock');
  vi.mocked(isLocal).mockResolvedValue(true);
});
afterEach(async () => {
  for (const sign of signs.splice(0)) await sign.end();
  await rm(directory, { recursive: true });
});

const writeLock = (holder: Partial<Holder>) => writeFile(path, JSON.stringify({ ...thisProcess(TOKEN), ...holder }));

/** Its process lives, wherever that is. */
async function answers(): Promise<void> {
  const sign = await showLife(directory, TOKEN);
  if (sign !== undefined) signs.push(sign);
}

/** What is left of the sign of a process that was killed: nobody listens any more. */
const isKilled = () => writeFile(join(directory, liveSignName(TOKEN)), '');

const refusal = (message: string) => ({ code: 'STORE_LOCKED', message });
const unsure = (who: string) =>
  refusal(
    `'${path}' is held by ${who}, another container or machine, and whether that still runs can't be seen from here: stop it, or remove '${path}' when it is surely gone`,
  );

async function isTakenOver(): Promise<void> {
  const lock = await lockDirectory(directory);
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid, system: thisProcess('').system });
  await lock.release();
  expect(await readdir(directory)).toEqual([]);
}

describe.each([true, false])('a lock of another container, on a disk that only one system has: %s', (local) => {
  beforeEach(async () => {
    vi.mocked(isLocal).mockResolvedValue(local);
    await writeLock(IN_CONTAINER);
  });

  test('is not taken over while its process answers', async () => {
    await answers();
    const message = `'${path}' is held by process 1 of 'a-container', another container or machine: stop it, or use another directory`;
    await expect(lockDirectory(directory)).rejects.toMatchObject(refusal(message));
  });

  test('is taken over when its process was killed', async () => {
    await isKilled();
    await isTakenOver();
  });

  test('is not taken over when nobody can be asked; once it is removed, the directory is free', async () => {
    await expect(lockDirectory(directory)).rejects.toMatchObject(unsure(`process 1 of 'a-container'`));
    await rm(path);
    await isTakenOver();
  });
});

describe('a lock of another boot, or another machine', () => {
  test('is taken over on a disk that only one system at a time can have: that one is over', async () => {
    await writeLock({ ...ANOTHER_BOOT, pidNamespace: '' });
    await isTakenOver();
  });

  test('is not taken over on a disk that machines share', async () => {
    vi.mocked(isLocal).mockResolvedValue(false);
    await writeLock({ ...ANOTHER_BOOT, pidNamespace: '' });
    await expect(lockDirectory(directory)).rejects.toMatchObject(unsure(`process ${process.pid} of 'node-7'`));
  });

  test('of a container is taken over only when nobody answers at its sign: some are given a boot of their own', async () => {
    await writeLock({ ...IN_CONTAINER, ...ANOTHER_BOOT });
    await expect(lockDirectory(directory)).rejects.toMatchObject(unsure(`process 1 of 'node-7'`));
    await answers();
    await expect(lockDirectory(directory)).rejects.toMatchObject({ message: expect.stringMatching(/stop it, or use another directory$/) });
    for (const sign of signs.splice(0)) await sign.end();
    await isKilled();
    vi.mocked(isLocal).mockResolvedValue(false);
    await expect(lockDirectory(directory)).rejects.toMatchObject(unsure(`process 1 of 'node-7'`));
    vi.mocked(isLocal).mockResolvedValue(true);
    await isTakenOver();
  });
});

test('a sign is seen under a path that is too long for a socket', async () => {
  directory = join(directory, 'x'.repeat(150));
  path = join(directory, 'lock');
  await mkdir(directory);
  await writeLock(IN_CONTAINER);
  await answers();
  await expect(lockDirectory(directory)).rejects.toMatchObject({ message: expect.stringMatching(/stop it, or use another directory$/) });
});

test('a lock that says less than this version needs is left alone', async () => {
  await writeFile(path, JSON.stringify({ pid: 1, started: 'long ago', token: 'old' }));
  const message = `'${path}' is not a lock that this version of flowproof wrote: remove it when no process uses this directory`;
  await expect(lockDirectory(directory)).rejects.toMatchObject(refusal(message));
});
