import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pruneAll } from '../../src/persistence/index.js';
import { begun } from '../conformance/journal/samples.js';
import { end, LATER_MS, opened, setup } from './file-damage.js';
import { segmentsIn, temporaryDirectory } from './file-rig.js';

beforeEach(async () => {
  setup.directory = await temporaryDirectory();
});
afterEach(() => rm(setup.directory, { recursive: true }));

test('limits that were changed are in files that were written anew, and those that were reset are not', async () => {
  const journal = await opened(3_000);
  const rate = { limit: 7, perMs: 500 };
  await journal.limits?.set('flow:kept', { concurrency: Number.POSITIVE_INFINITY, rate });
  await journal.limits?.set('flow:reset', { concurrency: 2 });
  await journal.limits?.reset('flow:reset');
  const before = await journal.limits?.list([]);
  expect(before).toMatchObject([{ name: 'flow:kept', change: { concurrency: Number.POSITIVE_INFINITY, rate } }]);
  for (let index = 0; index < 30; index++) await end(journal, await begun(journal, 5), 6);
  await pruneAll(journal, { endedBeforeMs: LATER_MS });
  await journal.close();
  // The first file, where they were said, is not there any more.
  expect((await segmentsIn(setup.directory)).map((path) => basename(path))[0]).toMatch(/^journal-00000001-\d{8}\.log$/);
  const again = await opened(3_000);
  expect(await again.limits?.list([])).toEqual(before);
  await again.close();
});
