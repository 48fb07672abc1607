import { cp, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/model/clock.js';
import { file, type Journal } from '../../src/persistence/index.js';
import { appendOne, begun, entriesOf, type SampleRun, sampleRun } from '../conformance/journal/samples.js';
import { temporaryDirectory } from './file-rig.js';

let parent: string;
let directory: string;
beforeEach(async () => {
  parent = await temporaryDirectory();
  directory = join(parent, 'store');
});
afterEach(() => {
  vi.restoreAllMocks();
  return rm(parent, { recursive: true });
});

/** A look at the lock counts for a moment, in which each write proves its own file only. That moment is over. */
function lookAgain(): void {
  const now = systemClock.monotonicMs() + 1_000;
  vi.spyOn(systemClock, 'monotonicMs').mockReturnValue(now);
}

async function opened(options = {}): Promise<Journal> {
  const journal = file(directory, options).connect();
  await journal.open();
  return journal;
}

/** Whatever is asked of it, nothing is said to be kept that is not. */
async function keepsNothing(journal: Journal, run: SampleRun): Promise<void> {
  const gone = { kind: 'unknown', cause: { code: 'STORE_GONE', message: expect.stringContaining('nothing more is written') } };
  expect(await journal.append([run.item(2)])).toMatchObject([gone]);
  expect(await journal.append([run.item(2, { durability: 'relaxed' })])).toMatchObject([gone]);
  expect(await journal.createRun(sampleRun().create)).toMatchObject(gone);
  await expect(journal.send({ id: 'm', runId: run.runId, kind: 'suspend' })).rejects.toMatchObject({ code: 'STORE_GONE' });
  await expect(journal.saveLogbook({ name: 'l', metadata: {} })).rejects.toMatchObject({ code: 'STORE_GONE' });
}

test.each([
  ['is removed', () => rm(directory, { recursive: true })],
  ['is moved away', () => rename(directory, `${directory}-away`)],
  [
    'is replaced by an older copy of itself',
    async () => {
      await rename(directory, `${directory}-away`);
      await rename(`${directory}-copy`, directory);
    },
  ],
  [
    'is replaced by an empty one',
    async () => {
      await rm(directory, { recursive: true });
      await mkdir(directory);
    },
  ],
  ['has lost the file that is written to', () => rm(join(directory, 'journal-00000001.log'))],
  ['has lost its lock', () => rm(join(directory, 'lock'))],
])('a directory that %s while it is open takes nothing any more', async (_what, happens) => {
  const journal = await opened();
  const run = await begun(journal, 1);
  await cp(directory, `${directory}-copy`, { recursive: true, filter: (path) => !path.includes('lock') });
  await happens();
  lookAgain();
  await keepsNothing(journal, run);
  await journal.close();
});

test('a process whose lock was taken away harms nothing of the one that has the directory now', async () => {
  const before = await opened();
  const run = await begun(before, 1);
  await rm(join(directory, 'lock'));
  const now = await opened();
  const other = await begun(now, 1);
  lookAgain();
  await keepsNothing(before, run);
  expect(await appendOne(now, other.item(2))).toBe('ok');
  await before.close();
  expect(await appendOne(now, run.item(2))).toBe('ok');
  await now.close();
  const again = await opened();
  for (const { runId } of [run, other]) expect(await entriesOf(again, runId)).toHaveLength(3);
  await again.close();
});

test('what another process wrote to the file is not overwritten, and ends the one that did not know of it', async () => {
  const journal = await opened();
  const run = await begun(journal, 1);
  const path = join(directory, 'journal-00000001.log');
  const handle = await open(path, 'a');
  const strange = Buffer.from('somebody else was here\n');
  await handle.write(strange);
  expect(await journal.append([run.item(2)])).toMatchObject([{ kind: 'unknown', cause: { code: 'STORE_GONE' } }]);
  await handle.close();
  await journal.close();
  expect((await readFile(path)).includes(strange)).toBe(true);
});

test('a compaction puts nothing into a directory that has taken the place of the one that was opened', async () => {
  const journal = await opened({ segmentBytes: 2_000 });
  for (let index = 0; index < 10; index++) {
    const run = await begun(journal, 3);
    await appendOne(journal, run.item(4, { summary: { state: 'SUCCESS', owner: null } }));
  }
  await rename(directory, `${directory}-away`);
  await mkdir(directory);
  lookAgain();
  await expect(journal.prune({ endedBeforeMs: 1_900_000_000_000 })).rejects.toMatchObject({ code: 'STORE_GONE' });
  await journal.close();
  expect(await readdir(directory)).toEqual([]);
});
