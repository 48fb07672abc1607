import { threadId } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flowproof, linear, memory, unordered } from '../../src/index.js';
import * as tasks from '../fixtures/places/tasks.js';
import { CARRIERS } from './place-flows.js';
import { PlaceModules } from './place-module.js';

const modules = new PlaceModules();
let module: URL;

beforeAll(async () => {
  module = await modules.bundled('tasks');
});
afterAll(() => modules.remove());

describe.each(['threads', 'processes'] as const)('%s that a task names', (carrier) => {
  const cpu = () => CARRIERS[carrier]<typeof import('../fixtures/places/tasks.js')>(module, { size: 1 });
  const mixed = linear('mixed')
    .add(tasks.where, { name: 'there', runsOn: 'cpu', provides: { place: 'there' } })
    .add(tasks.where, { name: 'here', provides: { place: 'here' } })
    .build();

  test('call that task, and the app calls the others', async () => {
    await using app = flowproof({ persistence: memory(), flows: [mixed], executors: { cpu: cpu() } });
    const { here, there } = await app.runOrThrow(mixed);
    expect(here).toBe(`${process.pid}/${threadId}`);
    expect(there).not.toBe(here);
  });

  test('bring the services that it reads: the app has none', async () => {
    const counts = linear('counts').add(tasks.count, { runsOn: 'cpu' }).build();
    await using app = flowproof({ persistence: memory(), flows: [counts], executors: { cpu: cpu() } });
    expect((await app.runOrThrow(counts)).counted).toBe(1);
  });

  test('need not list what other executors call', async () => {
    const others = await modules.bundled('others');
    const executors = { cpu: cpu(), other: CARRIERS[carrier](others, { size: 1 }) };
    await using app = flowproof({ persistence: memory(), flows: [mixed], executors });
    await expect(app.ready()).resolves.toBeUndefined();
  });

  test('are refused when the app opens if they do not list it', async () => {
    const executor = CARRIERS[carrier](await modules.bundled('others'), { size: 1 });
    await using app = flowproof({ persistence: memory(), flows: [mixed], executors: { cpu: executor } });
    await expect(app.ready()).rejects.toMatchObject({ code: 'TASK_SET_MISMATCH', tasks: ['where'] });
  });

  test('have a run that goes on while all of them are busy', async () => {
    const flow = unordered('busy').add(tasks.obedient, { runsOn: 'cpu' }).add(tasks.stumbles).build();
    await using app = flowproof({ persistence: memory(), flows: [flow], executors: { cpu: cpu() }, onFailure: 'abortSiblings' });
    expect((await app.run(flow)).state).toBe('REVERTED');
  });
});
