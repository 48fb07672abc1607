import { beforeEach, describe, expect, test } from 'vitest';
import { TASKS } from '../../examples/publish/flow.js';
import { type Demo, demoForEachTest } from './publish.js';

const WITH_REVERT = ['scan', 'compress', 'write', 'switch'] as const;

const demoOf = demoForEachTest();
let demo: Demo;
/** What an undisturbed release before this one left. */
let before: Readonly<Record<string, string>>;

beforeEach(async () => {
  demo = demoOf();
  await demo.publish();
  before = demo.published();
  demo.write({ 'index.html': '<h1>two</h1>', 'new/file': 'new' });
});

describe('killed in a task, the same command goes on with the same release', () => {
  test.each(TASKS.flatMap((task) => [task, `${task}:end`]))('%s', async (point) => {
    const crashed = await demo.publish('--crash-at', point);
    expect(crashed.signal).toBe('SIGKILL');
    const { code, result, runId } = await demo.publish();
    expect(code).toBe(0);
    expect(runId).toBe(crashed.runId);
    expect(result.tasks.find(({ task }) => point.startsWith(task))).toMatchObject({ state: 'SUCCESS', attempts: 2, resumed: true });
    expect(demo.live).toEqual(demo.source);
    const after = demo.published();
    expect(after).toMatchObject({ ...before, current: `releases/${runId}` });
    const added = Object.keys(after).filter((name) => !(name in before));
    const release = demo.live.map(([name]) => `releases/${runId}/${name}`);
    expect(added).toEqual([`archives/${runId}.manifest`, `archives/${runId}.tar.gz`, `releases/${runId}`, ...release]);
  });
});

test('killed in the middle of writing, there is a part, and visitors see the release before', async () => {
  const { runId } = await demo.publish('--crash-at', 'write');
  const added = Object.keys(demo.published()).filter((name) => name.startsWith('releases/') && !(name in before));
  expect(added[0]).toMatch(new RegExp(`^releases/\\.${runId}\\.[0-9a-f]+-\\d+\\.part$`));
  expect(demo.published().current).toBe(before.current);
});

describe('killed when a task is undone, the same command goes on undoing', () => {
  test.each(WITH_REVERT)('%s', async (task) => {
    const crashed = await demo.publish('--fail-at', 'smoke-test', '--crash-at', `${task}:revert`);
    expect(crashed.signal).toBe('SIGKILL');
    const { code, result, runId } = await demo.publish();
    expect({ code, runId, state: result.state }).toEqual({ code: 1, runId: crashed.runId, state: 'REVERTED' });
    expect(demo.published()).toEqual(before);
  });
});

test('killed after the switch and failed later, visitors see the release before, not the one that is undone', async () => {
  await demo.publish('--crash-at', 'switch:end');
  expect(await demo.publish('--fail-at', 'smoke-test')).toMatchObject({ code: 1 });
  expect(demo.published()).toEqual(before);
});

describe('a task that kills its process each time is given up, and what nobody knows of is undone', () => {
  test.each(['scan', 'compress:end', 'write', 'write:end', 'switch', 'switch:end'])('%s', async (point) => {
    let ended = await demo.publish('--crash-at', point);
    for (let times = 1; ended.signal === 'SIGKILL' && times < 10; times++) ended = await demo.publish('--crash-at', point);
    expect(ended).toMatchObject({ code: 1, result: { state: 'REVERTED', failures: [{ failure: { code: 'INTERRUPTED' } }] } });
    expect(demo.published()).toEqual(before);
  });
});
