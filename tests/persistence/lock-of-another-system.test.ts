import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { lockDirectory } from '../../src/persistence/file/directory-lock.js';
import { showLife } from '../../src/persistence/file/live-sign.js';
import { thisProcess } from '../../src/persistence/file/lock-holder.js';
import { isLocal } from '../../src/persistence/file/surroundings.js';
import { temporaryDirectory } from './file-rig.js';

vi.mock('../../src/persistence/file/surroundings.js', async (original) => ({ ...(await original<object>()), isLocal: vi.fn() }));

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory, 'lock');
});
afterEach(() => rm(directory, { recursive: true }));

/** A lock of before this machine was started anew, or of another machine: this one can't know. */
async function foreignLock(): Promise<void> {
  // What is left of the sign of a process that was killed: nobody listens any more.
  await writeFile(join(directory, 'lock.live-foreign'), '');
  await writeFile(path, JSON.stringify({ ...thisProcess('foreign'), system: 'another boot', host: 'node-7' }));
}

it('is taken over on a disk that only one system at a time can have: that machine was started anew', async () => {
  vi.mocked(isLocal).mockResolvedValue(true);
  await foreignLock();
  const lock = await lockDirectory(directory);
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid, system: thisProcess('').system });
  await lock.release();
});

it('is not taken over on a disk that machines share: the other one may be alive', async () => {
  vi.mocked(isLocal).mockResolvedValue(false);
  await foreignLock();
  const message = `'${path}' is held by process ${process.pid} of 'node-7', another container or machine, and whether that still runs can't be seen from here: stop it, or remove '${path}' when it is surely gone`;
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'STORE_LOCKED', message });
});

it('is not taken over from whoever answers, whatever the disk and the boot are said to be', async () => {
  vi.mocked(isLocal).mockResolvedValue(true);
  await writeFile(path, JSON.stringify({ ...thisProcess('foreign'), system: 'another boot', host: 'nspawn-1' }));
  const sign = await showLife(directory, 'foreign');
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'STORE_LOCKED', message: expect.stringContaining("'nspawn-1'") });
  await sign?.end();
});
