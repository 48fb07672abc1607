import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { encrypted, file, memory } from '../../src/index.js';
import { temporaryDirectory } from '../persistence/file-rig.js';
import { CANARY, everythingShown, tellers } from './secret-flows.js';

const keys = [{ id: 'k1', key: randomBytes(32) }];

describe('a secret is seen nowhere', () => {
  const printed: string[] = [];
  beforeEach(() => {
    printed.length = 0;
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
    }
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, method).mockImplementation((...args: unknown[]) => void printed.push(args.map(String).join(' ')));
    }
  });
  afterEach(() => void vi.restoreAllMocks());

  test('in memory, by whoever looks, and the same values are seen everywhere where nobody says that they are secret', async () => {
    const unmarked = await everythingShown(memory(), false);
    const places = Object.keys(unmarked.shown);
    expect(places).toEqual(
      expect.arrayContaining(['steps', 'events: retry SUCCESS', 'events: task REVERT_FAILURE', 'events: emitted log-in']),
    );
    expect(tellers(unmarked.shown)).toEqual(places);
    const { shown, services } = await everythingShown(memory(), true);
    expect(Object.keys(shown).sort()).toEqual(places.sort());
    expect(tellers(shown)).toEqual([]);
    expect(services.seen).toEqual(unmarked.services.seen);
    expect(services.seen.join()).toContain(CANARY);
    expect(printed.join()).not.toContain('canary-');
  });

  test('in the files of a store that encrypts secrets, where all else is readable', async () => {
    const [open, shut] = [await temporaryDirectory(), await temporaryDirectory()];
    const unmarked = await everythingShown(file(open), false);
    expect(tellers({ files: await textIn(open) })).toEqual(['files']);
    const { shown, services } = await everythingShown(encrypted(file(shut), { keys, values: 'secrets' }), true);
    expect(tellers(shown)).toEqual([]);
    expect(services.seen).toEqual(unmarked.services.seen);
    const text = await textIn(shut);
    expect(tellers({ files: text })).toEqual([]);
    const readable = ['"user":"u-1"', '"end":"bad"', '"token":{"~sealed":"k1.', '"inputsHash":"~sealed:k1.'];
    expect(readable.filter((part) => !text.includes(part))).toEqual([]);
    expect(printed.join()).not.toContain('canary-');
    await Promise.all([open, shut].map((directory) => rm(directory, { recursive: true })));
  });

  test('in the files of a store that encrypts everything', async () => {
    const directory = await temporaryDirectory();
    const { shown } = await everythingShown(encrypted(file(directory), { keys }), true);
    expect(tellers(shown)).toEqual([]);
    const text = await textIn(directory);
    expect(tellers({ files: text })).toEqual([]);
    // With its quotes, which no cipher text has: the three letters alone may well be in one.
    expect(text.includes('"u-1"')).toBe(false);
    await rm(directory, { recursive: true });
  });
});

async function textIn(directory: string): Promise<string> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const texts = names.filter((one) => one.isFile()).map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1'));
  return (await Promise.all(texts)).join('\n');
}
