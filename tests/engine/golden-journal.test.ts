import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { foldEntry } from '../../src/engine/state/fold.js';
import { newRun, type RunStatus } from '../../src/engine/state/run-status.js';
import { jsonCodec } from '../../src/model/codec/json-codec.js';
import { decodeEntry, ENTRY_FORMAT, encodeEntry, type StoredEntry } from '../../src/persistence/index.js';

/**
 * A journal that an engine of format 1 wrote: two attempts of a retry, a killed process, a saved effect, a revert, a
 * suspension. It is never written again: whatever a later version changes, it must read this.
 */
interface Golden {
  readonly atoms: readonly (readonly [string, 'task' | 'retry'])[];
  readonly entries: readonly StoredEntry[];
  readonly folded: unknown;
}
const golden = JSON.parse(readFileSync(new URL('../fixtures/journal/format-1.json', import.meta.url), 'utf8')) as Golden;

function fold(entries: readonly StoredEntry[]): RunStatus {
  const run = newRun(entries[0]?.runId ?? '', golden.atoms.length);
  for (const stored of entries) foldEntry(run, decodeEntry(stored, golden.atoms.length));
  return run;
}

test('a journal of format 1 folds to the state that its engine had', () => {
  // A later version may know more of an atom, but nothing else of what this one knew.
  expect(JSON.parse(JSON.stringify(fold(golden.entries)))).toMatchObject(golden.folded as object);
});

test('its values are what they were', () => {
  const run = fold(golden.entries);
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

test('written again, it is the same text: the format did not change unnoticed', () => {
  expect(ENTRY_FORMAT).toBe(2);
  for (const stored of golden.entries) expect(encodeEntry(decodeEntry(stored, golden.atoms.length))).toEqual(stored);
});

test('a journal that contradicts itself does not fold', () => {
  const [first, second] = golden.entries as [StoredEntry, StoredEntry];
  const forged = { ...second, transitions: '[["REVERTED",1]]' };
  expect(() => fold([first, forged])).toThrow("an atom can't go from");
});
