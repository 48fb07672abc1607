import { expect, expectTypeOf, test } from 'vitest';
import { defineTask, flowproof, isFlowproofError, linear, memory, type RunHandle } from '../../src/index.js';
import { Gate } from './gate.js';

const gated = (gate: Gate) =>
  defineTask({
    name: 'gated',
    provides: ['answer'],
    execute: async () => {
      await gate.pass();
      return { answer: 42 };
    },
  });
const refused = (code: 'RUN_NOT_FOUND' | 'RUN_CONFLICT') => (error: unknown) => isFlowproofError(error, code);

test('a handle reads nothing before it is used, and says then that there is no such run', async () => {
  const flow = linear('f').build();
  await using app = flowproof({ persistence: memory(), flows: [flow] });
  const handle = app.handle(flow, 'none');
  expect(handle.id).toBe('none');
  for (const use of [handle.state, handle.result, handle.inspect, handle.suspend, handle.cancel]) {
    await expect(use()).rejects.toSatisfy(refused('RUN_NOT_FOUND'));
  }
  expect(handle.statistics()).toBeUndefined();
});

test('it is typed by the flow, or the union of the flows, and refuses a run of another flow', async () => {
  const one = linear('one').build();
  const other = linear('other').build();
  await using app = flowproof({ persistence: memory(), flows: [one, other] });
  await app.run(one, { id: 'r' });
  expectTypeOf(app.handle(one, 'r')).toEqualTypeOf<RunHandle<typeof one>>();
  expectTypeOf(app.handle('r')).toEqualTypeOf<RunHandle<typeof one | typeof other>>();
  const wrong = app.handle(other, 'r');
  for (const use of [wrong.state, wrong.result, wrong.inspect, wrong.suspend, wrong.cancel]) {
    await expect(use()).rejects.toSatisfy(refused('RUN_CONFLICT'));
  }
  expect(await app.handle('r').result()).toMatchObject({ state: 'SUCCESS', flow: 'one' });
});

test('another app waits by it for the end of a run, and looks at it', async () => {
  const persistence = memory();
  const gate = new Gate();
  const flow = linear('f').add(gated(gate)).build();
  await using driver = flowproof({ persistence, flows: [flow] });
  await using watcher = flowproof({ persistence, flows: [flow] });
  await driver.start(flow, { id: 'r' });
  await gate.reached;
  const handle = watcher.handle(flow, 'r');
  expect(await handle.state()).toBe('RUNNING');
  expect((await handle.inspect()).atoms).toMatchObject([{ path: 'f/gated', state: 'RUNNING' }]);
  const ended = handle.result();
  gate.open();
  expect(await ended).toMatchObject({ state: 'SUCCESS', flow: 'f', runId: 'r', results: { answer: 42 } });
});

test('its result begins nothing and goes on with nothing: a run that rests says so', async () => {
  const persistence = memory();
  const gate = new Gate();
  const after = defineTask({ name: 'after', execute: async () => undefined });
  const flow = linear('f').add(gated(gate)).add(after).build();
  await using app = flowproof({ persistence, flows: [flow] });
  const run = await app.start(flow, { id: 'r' });
  await gate.reached;
  await run.suspend();
  gate.open();
  await run.result();
  expect(await app.handle(flow, 'r').result()).toMatchObject({ state: 'SUSPENDED' });
  expect(await app.handle('r').state()).toBe('SUSPENDED');
});

test.each([
  ['has begun it', false],
  ['knows it by its id', true],
])('the result of a run that rests, and that a handle cancels which %s, is that of the cancelled run', async (_, isFound) => {
  const gate = new Gate();
  const log: string[] = [];
  const undoing = defineTask({ name: 'undoing', execute: async () => undefined, revert: async () => void log.push('undone') });
  const after = defineTask({ name: 'after', execute: async () => undefined });
  const flow = linear('f').add(undoing).add(gated(gate)).add(after).build();
  await using app = flowproof({ persistence: memory(), flows: [flow] });
  const run = await app.start(flow, { id: 'r' });
  await gate.reached;
  await run.suspend();
  gate.open();
  await run.result();
  const handle = isFound ? app.handle(flow, 'r') : run;
  await handle.cancel();
  expect((await handle.result()).state).toBe('CANCELLED');
  expect(log).toEqual(['undone']);
});
