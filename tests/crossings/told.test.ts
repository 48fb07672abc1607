import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Story, wrongIn } from './operations.js';
import { inMemory } from './where.js';

/** Stories in which something was wrong once, as the search had drawn them. */
const DIRECTORY = join(import.meta.dirname, '../fixtures/crossings');

test.each(readdirSync(DIRECTORY))('nothing is wrong any more in %s', async (name) => {
  const story = JSON.parse(readFileSync(join(DIRECTORY, name), 'utf8')) as Story;
  expect(await wrongIn(story, inMemory())).toBeUndefined();
});
