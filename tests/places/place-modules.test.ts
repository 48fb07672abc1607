import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { flowproof, jsonCodec, memory, taskSet, threads, times } from '../../src/index.js';
import { where } from '../fixtures/places/tasks.js';
import { CARRIERS, flows } from './place-flows.js';
import { PlaceModules } from './place-module.js';

const modules = new PlaceModules();

class Patient {
  onFailure() {
    return 'REVERT' as const;
  }
}

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

afterAll(() => modules.remove());

describe('a module', () => {
  const appWith = (url: URL) => {
    const app = flowproof({ persistence: memory(), flows: [flows.where], executor: threads(url, { size: 2 }) });
    stops.push(() => app.stop());
    return app;
  };

  test('of CommonJS will do', async () => {
    const app = appWith(await modules.bundled('tasks', 'cjs'));
    expect((await app.runOrThrow(flows.where)).place).toMatch(/^\d+\/\d+$/);
  });

  test('that does not list a task of the flows is refused when the app opens, with the names of both', async () => {
    const app = appWith(await modules.bundled('others'));
    await expect(app.ready()).rejects.toMatchObject({
      code: 'TASK_SET_MISMATCH',
      tasks: ['where'],
      module: expect.stringContaining('others.mjs'),
      differences: ["task 'where' is not in it: list it in its taskSet({ tasks: […] })"],
    });
  });

  test('that has no codec, where the app has one of its own, is refused', async () => {
    const { encode, decode } = jsonCodec;
    const executor = threads(await modules.bundled('others'), { size: 1 });
    const app = flowproof({ persistence: memory(), flows: [], executor, codec: { encode, decode } });
    stops.push(() => app.stop());
    await expect(app.ready()).rejects.toThrow('give it as taskSet({ codec })');
  });

  test('whose task differs is refused with what is different', async () => {
    const app = appWith(await modules.bundled('changed'));
    await expect(app.ready()).rejects.toMatchObject({
      code: 'TASK_SET_MISMATCH',
      differences: [
        "task 'where': version is 1 in the flows and 2 there",
        "task 'where': requires is [] in the flows and [depth?] there",
        "task 'where': whether it has a revert is false in the flows and true there",
      ],
    });
  });

  test.each([
    ['has no task set', 'export default 1;', 'its default export is no taskSet(…) but Number'],
    ['exports nothing by default', 'export const set = 1;', 'its default export is no taskSet(…) but absent'],
    ['exports a promise of one', 'export default Promise.resolve(1);', 'its default export is no taskSet(…) but Promise'],
    ['throws', 'throw new Error("no licence");', 'no licence'],
    ['is no JavaScript', 'export default', 'SyntaxError'],
    ['ends its thread', 'process.exit(4);', 'exit code 4'],
  ])('that %s is refused when the app opens', async (name, text, says) => {
    const app = appWith(modules.written(`${name}.mjs`, text));
    await expect(app.ready()).rejects.toMatchObject({ code: 'TASK_SET_MISMATCH', message: expect.stringContaining(says) });
    // Asked again, it is tried again.
    await expect(app.run(flows.where)).rejects.toMatchObject({ code: 'TASK_SET_MISMATCH' });
  });

  test.each([
    'threads',
    'processes',
  ] as const)('whose services are never made holds up no app that stops, and leaves no %s', async (carrier) => {
    const url = modules.written(
      'never.mjs',
      `process.on('exit', () => {}); setInterval(() => {}, 1_000);
      export default { '~flowproof': { kind: 'taskSet', serve: () => new Promise(() => {}) } };`,
    );
    const app = flowproof({ persistence: memory(), flows: [flows.where], executor: CARRIERS[carrier](url, { size: 2 }) });
    const placeResources = () => process.getActiveResourcesInfo().filter((kind) => /Worker|Process|MessagePort/.test(kind));
    // Some of a test before this one may still be on their way out.
    const before = placeResources().length;
    const opening = app.ready().catch((error: unknown) => error);
    await app.stop();
    expect(await opening).toMatchObject({ code: 'APP_STOPPED' });
    await expect.poll(() => placeResources().length).toBeLessThanOrEqual(before);
  });

  test.each([
    'threads',
    'processes',
  ] as const)('that makes an app with %s of its own when it is imported is refused, and begins none of them', async (carrier) => {
    const url = await modules.bundled(`itself-${carrier}`);
    const app = flowproof({ persistence: memory(), flows: [flows.where], executor: CARRIERS[carrier](url, { size: 1 }) });
    stops.push(() => app.stop());
    await expect(app.ready()).rejects.toThrow('its own threads or processes would begin threads or processes of it in turn, without end');
  });

  test.each([
    ['services that are no function', { tasks: [where], services: {} }, 'taskSet({ services }) is {}: give a function'],
    ['a close that is no function', { tasks: [where], close: 5 }, 'taskSet({ close }) is 5: give a function'],
    ['a task that is in no list', { tasks: where }, 'taskSet({ tasks }) is {'],
    ['a retry', { tasks: [Patient] }, 'it is a retry, and what decides is called in the process of the app: list tasks only'],
    ['a retry that was made', { tasks: [times(2)] }, 'it is a retry'],
    ['retries beside its tasks', { tasks: [where], retries: [Patient] }, "taskSet() has no option 'retries': it takes name, tasks, flows,"],
    ['nothing', undefined, 'taskSet() has no tasks'],
  ])('of %s is a mistake that is named where it is made', (_what, options, says) => {
    expect(() => (taskSet as (options: unknown) => unknown)(options)).toThrow(says);
  });

  test('is an absolute path or the URL of a file', () => {
    expect(() => threads('./tasks.js')).toThrow("give new URL('./tasks.js', import.meta.url)");
  });
});
