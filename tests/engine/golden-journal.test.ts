import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { foldEntry } from '../../src/engine/state/fold.js';
import { newRun, type RunStatus } from '../../src/engine/state/run-status.js';
import { jsonCodec } from '../../src/model/codec/json-codec.js';
import type { AtomKind } from '../../src/model/states.js';
import { decodeEntry, ENTRY_FORMAT, encodeEntry, type StoredEntry, TRANSITIONS, type Word } from '../../src/persistence/index.js';

/** A journal as an engine of its format wrote it. It is never written again: whatever a later version changes, it must read this. */
interface Golden {
  readonly atoms: readonly (readonly [string, AtomKind])[];
  readonly entries: readonly StoredEntry[];
  readonly folded: unknown;
}

/**
 * `format-1-retries`: two attempts of a retry, a killed process, a saved effect, a revert, a suspension. `format-2-waits`: a call that
 * is lost with its place, a sleep, signals of which the schema refuses one, a wait that is over in time, a revert. `format-2-attempts`:
 * attempts of tasks. `format-2-halts`: a run that is cancelled where it is, and undone after all, with the reasons for both.
 * `format-2-deadlines`: a call that took too long and was made again, and a run whose time was over. `format-3-found`: two engines that
 * died, each while a worker had a call, forward and back. A word that is added gets a journal of its own beside them.
 */
const FOLDER = new URL('../fixtures/journal/', import.meta.url);
const FILES = readdirSync(FOLDER);
const goldenOf = (file: string): Golden => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Golden;
const wordsOf = ({ transitions }: StoredEntry): Word[] => (JSON.parse(transitions) as [Word][]).map(([word]) => word);

function fold({ atoms, entries }: Golden): RunStatus {
  const run = newRun(entries[0]?.runId ?? '', atoms.length);
  for (const stored of entries) foldEntry(run, decodeEntry(stored, atoms.length));
  return run;
}

describe.each(FILES)('the journal %s', (file) => {
  const golden = goldenOf(file);

  test('folds to the state that its engine had', () => {
    // A later version may know more of an atom, but nothing else of what this one knew.
    expect(JSON.parse(JSON.stringify(fold(golden)))).toMatchObject(golden.folded as object);
  });

  test('is the same text when it is written again: the format did not change unnoticed', () => {
    for (const stored of golden.entries) expect(encodeEntry(decodeEntry(stored, golden.atoms.length))).toEqual(stored);
  });
});

test('every format that entries have had is in one of them', () => {
  const written = new Set(FILES.flatMap((file) => goldenOf(file).entries.map(({ format }) => format)));
  expect([...written].sort()).toEqual(Array.from({ length: ENTRY_FORMAT }, (_, index) => index + 1));
});

test('every word that came after the first format is in one of them', () => {
  const written = new Set(FILES.flatMap((file) => goldenOf(file).entries.flatMap(wordsOf)));
  const later = (Object.keys(TRANSITIONS) as Word[]).filter((word) => TRANSITIONS[word].format > 1);
  expect(later.filter((word) => !written.has(word))).toEqual([]);
});

test('values of format 1 are what they were', () => {
  const run = fold(goldenOf('format-1-retries.json'));
  const { inputs } = run.creation;
  expect(Object.fromEntries(Object.entries(inputs).map(([name, json]) => [name, jsonCodec.decode(json)]))).toEqual({
    when: new Date('2026-11-21T12:00:00.000Z'),
    big: 12345678901234567890n,
    odd: new Map<unknown, unknown>([
      ['set', new Set([undefined, -0, Number.NaN])],
      [1, new Uint8Array([0, 255])],
    ]),
    text: 'Ünïcödé \u0000 "~"',
    tilde: { '~date': 'not a date' },
  });
});

test('a journal that contradicts itself does not fold', () => {
  const { atoms, entries } = goldenOf('format-1-retries.json');
  const [first, second] = entries as [StoredEntry, StoredEntry];
  const forged = { ...second, transitions: '[["REVERTED",1]]' };
  expect(() => fold({ atoms, entries: [first, forged], folded: undefined })).toThrow("an atom can't go from");
});
