import { beforeEach, describe, expect, test } from 'vitest';
import { TASKS } from '../../examples/publish/flow.js';
import { type Demo, demoForEachTest } from './publish.js';

const demoOf = demoForEachTest();
let demo: Demo;
beforeEach(() => {
  demo = demoOf();
});

describe('when a task fails, everything is as it was', () => {
  test.each(TASKS)('%s, in the first release', async (task) => {
    const { code, result } = await demo.publish('--fail-at', task);
    expect(code).toBe(1);
    expect(result).toMatchObject({ state: 'REVERTED', failures: [{ path: `publish/${task}` }] });
    expect(Object.keys(demo.published())).toEqual(['archives', 'journal', 'releases', 'unfinished']);
  });

  test.each(TASKS)('%s, after another release', async (task) => {
    const first = await demo.publish();
    const before = demo.published();
    demo.write({ 'index.html': '<h1>two</h1>' });
    expect(await demo.publish('--fail-at', task)).toMatchObject({ code: 1 });
    expect(demo.published()).toEqual(before);
    expect(before.current).toBe(`releases/${first.runId}`);
  });

  test('and the next release is a new one', async () => {
    const failed = await demo.publish('--fail-at', 'verify');
    const next = await demo.publish();
    expect(next.code).toBe(0);
    expect(next.runId).not.toBe(failed.runId);
  });
});

test('people are told what was undone and why', async () => {
  const { stdout } = await demo.run(demo.folder, '--fail-at', 'switch');
  expect(stdout).toContain('switch: failed: --fail-at switch made it fail\n');
  expect(stdout).toMatch(/write {7}REVERTED {5}1 /);
  expect(stdout).toMatch(/was undone: the disk and \.flowproof-demo\/current are as they were\./);
});
