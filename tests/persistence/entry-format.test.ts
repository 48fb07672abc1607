import { expect, test } from 'vitest';
import { decodeEntry, encodeTransitions, type Transition } from '../../src/persistence/index.js';
import { sampleRun } from '../conformance/journal/samples.js';

const CASES: readonly (readonly [transitions: readonly Transition[], text: string])[] = [
  [[['RUNNING', 1]], '[["RUNNING",1]]'],
  [
    [
      ['RUNNING', 1],
      ['RUNNING', 2],
      ['RUNNING', 3],
    ],
    '[["RUNNING",[1,4]]]',
  ],
  [
    [
      ['SUCCESS', 0],
      ['SUCCESS', 1],
      ['SUCCESS', 2, 7],
      ['SUCCESS', 3],
    ],
    '[["SUCCESS",[0,2]],["SUCCESS",2,7],["SUCCESS",3]]',
  ],
  [
    [
      ['REVERTED', 2],
      ['REVERTED', 1],
      ['REVERTING', 2],
      ['REVERTING', 3],
    ],
    '[["REVERTED",2],["REVERTED",1],["REVERTING",[2,4]]]',
  ],
  [[['INTEND', 'EXECUTE', 0, 4]], '[["INTEND","EXECUTE",0,4]]'],
];

test.each(CASES)('keeps %j as %s, and reads it back', (transitions, text) => {
  expect(encodeTransitions(transitions)).toBe(text);
  const stored = { ...sampleRun().entry(1), transitions: text };
  expect(decodeEntry(stored, 4).transitions).toEqual(transitions);
});

test('keeps the start of 100,000 atoms in a few bytes', () => {
  const transitions = Array.from({ length: 100_000 }, (_, atom) => ['RUNNING', atom] as const);
  expect(encodeTransitions(transitions)).toBe('[["RUNNING",[0,100000]]]');
});

test('keeps what a newer version says of the creation of a run', () => {
  const creation = { key: 'k', flow: 'f', version: 1, fingerprint: 'x', inputs: {}, inputsHash: 'h', trace: 'of a newer one' };
  const stored = { ...sampleRun().entry(0), transitions: JSON.stringify([['CREATED', creation]]) };
  expect(decodeEntry(stored, 0).transitions).toEqual([['CREATED', creation]]);
});
