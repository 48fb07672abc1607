import { expect, test } from 'vitest';
import { concurrent, defineTask, flowproof, memory, type TaskContext, unordered } from '../../src/index.js';
import { rounds } from '../../src/testing/index.js';

const task = (name: string) =>
  defineTask({ name, execute: (_: {}, ctx: TaskContext<{ log: string[] }>) => void ctx.services.log.push(name) });
const flow = unordered.dynamic<{ log: string[] }>('u').add(task('a')).add(task('b')).add(task('c')).build();

test('a listener that hears of the first of three starts suspends before the second: those were written and never made', async () => {
  const log: string[] = [];
  await using app = flowproof({ persistence: memory(), flows: [flow], services: { log }, executor: concurrent() });
  const off = app.on((event) => {
    if (event.type === 'task' && event.path === 'u/a' && event.state === 'RUNNING') void app.suspend('r');
  });
  expect((await app.run(flow, { id: 'r' })).state).toBe('SUSPENDED');
  expect(log).toEqual(['a']);
  const { atoms } = await app.inspect('r');
  expect(atoms.map(({ state, executions }) => [state, executions])).toEqual([
    ['SUCCESS', 1],
    ['PENDING', 0],
    ['PENDING', 0],
  ]);
  off();
  expect((await app.resume('r')).state).toBe('SUCCESS');
  expect(log).toEqual(['a', 'b', 'c']);
});

test('in rounds it is looked at when all three have ended: that is how TaskFlow does it (R-12.1)', async () => {
  const log: string[] = [];
  await using app = flowproof({ persistence: memory(), flows: [flow], services: { log }, executor: rounds() });
  app.on((event) => {
    if (event.type === 'task' && event.path === 'u/a' && event.state === 'RUNNING') void app.suspend('r');
  });
  expect((await app.run(flow, { id: 'r' })).state).toBe('SUCCESS');
  expect(log).toEqual(['a', 'b', 'c']);
});
