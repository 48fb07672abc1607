import { describe, expect, test } from 'vitest';
import { ATOM_MOVES, ATOM_STATES, isEnded, RUN_MOVES, RUN_STATES } from '../../src/model/states.js';

function reachable<State extends string>(moves: Readonly<Record<State, readonly State[]>>, from: State): Set<State> {
  const seen = new Set<State>([from]);
  for (const state of seen) for (const next of moves[state]) seen.add(next);
  return seen;
}

describe.each([
  ['runs', RUN_STATES, RUN_MOVES],
  ['atoms', ATOM_STATES, ATOM_MOVES],
] as const)('the states of %s', (_, states, table) => {
  const moves = table as Readonly<Record<string, readonly string[]>>;
  test('each have a row in the table, whose moves are states, each listed once', () => {
    expect(Object.keys(moves).sort()).toEqual([...states].sort());
    for (const targets of Object.values(moves)) {
      expect(new Set(targets).size).toBe(targets.length);
      for (const target of targets) expect(states).toContain(target);
    }
  });

  test('can all be reached from PENDING, and lead back to it', () => {
    expect([...reachable(moves, 'PENDING')].sort()).toEqual([...states].sort());
    for (const state of states) expect(reachable(moves, state)).toContain('PENDING');
  });
});

test('a run that has ended is moved by nobody but a reset, a rerun or an operator', () => {
  expect(RUN_STATES.filter(isEnded)).toEqual(['SUCCESS', 'REVERTED', 'FAILURE', 'CANCELLED']);
  // What is cancelled where it is can still be undone.
  const canGoOn = ['SUCCESS', 'FAILURE', 'CANCELLED'];
  for (const state of RUN_STATES.filter(isEnded)) {
    expect(RUN_MOVES[state].filter((next) => next !== 'PENDING')).toEqual(canGoOn.includes(state) ? ['RUNNING'] : []);
  }
  for (const state of RUN_STATES.filter((one) => !isEnded(one) && one !== 'PENDING')) expect(RUN_MOVES[state]).not.toEqual(['PENDING']);
});

test('a run begins before it ends: from PENDING only RUNNING is reached, or another beginning', () => {
  expect(RUN_MOVES.PENDING).toEqual(['RUNNING', 'PENDING']);
});

test('only tasks that were called are undone, and only undone ones run again', () => {
  const into = (target: string) => ATOM_STATES.filter((state) => ATOM_MOVES[state].some((next) => next === target));
  expect(into('REVERTING').sort()).toEqual(['FAILURE', 'RETRYING', 'REVERTING', 'REVERT_FAILURE', 'SUCCESS']);
  expect(into('REVERTED').sort()).toEqual(['REVERTING', 'REVERT_FAILURE', 'WAITING']);
  expect(into('RUNNING').sort()).toEqual(['PENDING', 'RETRYING', 'RUNNING']);
  expect(into('IGNORE').sort()).toEqual(['PENDING', 'REVERTED']);
});

test('the words are those that are in databases already', () => {
  expect(RUN_STATES).toEqual(['PENDING', 'RUNNING', 'SUSPENDED', 'SUCCESS', 'REVERTED', 'FAILURE', 'CANCELLED']);
  expect(ATOM_STATES).toEqual([
    'PENDING',
    'RUNNING',
    'SUCCESS',
    'FAILURE',
    'REVERTING',
    'REVERTED',
    'REVERT_FAILURE',
    'RETRYING',
    'IGNORE',
    'WAITING',
  ]);
});
