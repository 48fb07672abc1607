import { expect, test } from 'vitest';
import { defineTask, type FlowEvent, linear, run } from '../../src/index.js';

type Hook = 'preExecute' | 'postExecute' | 'preRevert' | 'postRevert';

/** Runs one task, of which a hook may fail, and then something that fails for certain. Tells what was called and stated. */
async function runWith(failing: Hook | undefined) {
  const told: string[] = [];
  const hook = (name: Hook) => () => {
    told.push(name);
    if (failing === name) throw new Error(name);
  };
  const task = defineTask({
    name: 't',
    preExecute: hook('preExecute'),
    execute: () => void told.push('execute'),
    postExecute: hook('postExecute'),
    preRevert: hook('preRevert'),
    revert: (_: {}, { kind }) => void told.push(`revert of ${kind}`),
    postRevert: hook('postRevert'),
  });
  const fail = defineTask({
    name: 'fail',
    execute: () => {
      throw new Error('no');
    },
  });
  const onEvent = (event: FlowEvent): void => void (event.type === 'task' && event.path === 'f/t' && told.push(event.state));
  const { state } = await run(linear('f').add(task).add(fail).build(), { onEvent });
  return [...told, state];
}

test('hooks are called around a task that succeeds, and around its revert', async () => {
  expect(await runWith(undefined)).toEqual([
    ...['RUNNING', 'preExecute', 'execute', 'postExecute', 'SUCCESS'],
    ...['REVERTING', 'preRevert', 'revert of result', 'postRevert', 'REVERTED', 'REVERTED'],
  ]);
});

test('a hook that fails before execute is the failure of a task that did nothing', async () => {
  expect(await runWith('preExecute')).toEqual([
    ...['RUNNING', 'preExecute', 'postExecute', 'FAILURE'],
    ...['REVERTING', 'preRevert', 'revert of failure', 'postRevert', 'REVERTED', 'REVERTED'],
  ]);
});

test('a hook that fails after execute leaves a task of which nobody knows what it did', async () => {
  expect(await runWith('postExecute')).toContain('revert of interrupted');
});

test.each<Hook>(['preRevert', 'postRevert'])('a %s that fails is a failure of the revert', async (name) => {
  const told = await runWith(name);
  expect(told.slice(-2)).toEqual(['REVERT_FAILURE', 'FAILURE']);
  expect(told.includes('revert of result')).toBe(name === 'postRevert');
  expect(told).toContain('postRevert');
});
