import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { childPrograms, type RunProgram } from './child.js';
import { temporaryDirectory } from './file-rig.js';
import { dieEverywhere } from './killed-compaction.js';

let directory: string;
let run: RunProgram;
beforeAll(async () => {
  directory = await temporaryDirectory();
  run = await childPrograms(directory);
});
afterAll(() => rm(directory, { recursive: true }));

/** Before a new file is begun, while it is written, on its way to the disk, with its name, and when the old ones go. */
test.each([
  4, 7, 10, 11, 12, 13,
])('killed anywhere, with a prune before the %i. thing that compaction does to the disk', async (meanwhile) => {
  expect(await dieEverywhere(run, directory, meanwhile)).toBeGreaterThan(20);
});
