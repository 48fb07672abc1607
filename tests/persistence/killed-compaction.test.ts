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

test('a process that is killed at anything that compaction and a prune do to the disk leaves a log that is whole', async () => {
  // While the new file is written.
  expect(await dieEverywhere(run, directory, 9)).toBeGreaterThan(20);
}, 300_000);
