import { expect, test } from 'vitest';
import type { ChaosEffect } from '../fixtures/places/chaos-tasks.js';
import { type ChaosRun, judgeRun } from './chaos-judge.js';

const effect = (phase: ChaosEffect['phase'], key = 'k'): ChaosEffect => ({ run: 'r', path: 'f/t', phase, key });

const KEPT: ChaosRun = {
  ...{ id: 'r', result: { state: 'SUCCESS', results: { t: 1 } }, reference: { state: 'SUCCESS', results: { t: 1 } } },
  // Two calls were lost, one of them before it could leave its line.
  ...{ calls: [{ path: 'f/t', executions: 3, reversions: 0 }], effects: [effect('execute'), effect('execute')], leaves: ['f/t'] },
};
const REVERTED = { state: 'REVERTED' };
const UNDONE: ChaosRun = {
  ...KEPT,
  ...{ result: REVERTED, reference: REVERTED, calls: [{ path: 'f/t', executions: 1, reversions: 2 }] },
  effects: [effect('execute'), effect('revert'), effect('revert')],
};

test('runs that ended as they should are not blamed for calls that were lost', () => {
  expect([...judgeRun(KEPT), ...judgeRun(UNDONE)]).toEqual([]);
});

test.each<[string, ChaosRun, string]>([
  ['ended otherwise', { ...KEPT, result: { state: 'SUCCESS', results: { t: 2 } } }, 'ended as'],
  ['left nothing', { ...KEPT, effects: [] }, 'f/t was never done'],
  ['did more than its journal knows', { ...KEPT, effects: Array.from({ length: 4 }, () => effect('execute')) }, 'done 4 times, in 3 calls'],
  ['has two keys for one piece of work', { ...KEPT, effects: [effect('execute'), effect('execute', 'other')] }, 'several keys'],
  ['undid what it keeps', { ...KEPT, effects: [effect('execute'), effect('revert')] }, 'f/t was undone'],
  ['did not undo', { ...UNDONE, effects: [effect('execute')] }, 'f/t was never undone'],
  [
    'undid more than its journal knows',
    { ...UNDONE, calls: [{ path: 'f/t', executions: 1, reversions: 1 }] },
    'undone 2 times, in 1 calls',
  ],
  ['did it again after it was undone', { ...UNDONE, effects: [effect('revert'), effect('execute')] }, 'after it was undone'],
  ['did what none of its tasks does', { ...KEPT, leaves: [] }, 'is none of its tasks'],
])('a run that %s is blamed', (_what, run, complaint) => {
  expect(judgeRun(run).join('\n')).toContain(complaint);
});
