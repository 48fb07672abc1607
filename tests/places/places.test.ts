import { threadId } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type Codec,
  type FlowEvent,
  flowproof,
  jsonCodec,
  linear,
  memory,
  type PlacesOptions,
  processes,
  sleep,
  threads,
  unordered,
} from '../../src/index.js';
import type { Json } from '../../src/model/json.js';
import * as tasks from '../fixtures/places/tasks.js';
import { PlaceModules } from './place-module.js';

const modules = new PlaceModules();
let module: URL;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  module = await modules.bundled('tasks');
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
afterAll(() => modules.remove());

const flows = {
  where: linear('where').add(tasks.where).build(),
  echo: linear('echo').input<{ value: unknown }>().add(tasks.echo).build(),
  fails: linear('fails').add(tasks.fails).build(),
  chatty: linear('chatty').add(tasks.chatty).build(),
  obedient: linear('obedient').add(tasks.obedient).build(),
  spins: linear('spins').add(tasks.spins).build(),
  mortal: linear('mortal').input<{ how: string }>().add(tasks.mortal).build(),
  deadly: linear('deadly').add(tasks.deadly).build(),
  count: linear('count').add(tasks.count).build(),
  mortalInRevert: linear('mortalInRevert').input<{ how: string }>().add(tasks.mortalInRevert).add(tasks.stumbles).build(),
  waits: linear('waits').add(sleep(1)).add(tasks.where).build(),
  transacts: linear('transacts').add(tasks.transacts).build(),
  obeys: unordered('obeys').add(tasks.obedient).add(tasks.stumbles).build(),
  disobeys: unordered('disobeys').add(tasks.spins).add(tasks.stumbles).build(),
  many: unordered('many')
    .add(tasks.where, { name: 'a', provides: { place: 'a' } })
    .add(tasks.where, { name: 'b', provides: { place: 'b' } })
    .build(),
};

const CARRIERS = { threads, processes };

describe.each(['threads', 'processes'] as const)('%s', (carrier) => {
  function appOn(options: PlacesOptions = {}, settings: { graceMs?: number; onFailure?: 'abortSiblings'; codec?: Codec } = {}) {
    const events: FlowEvent[] = [];
    const app = flowproof({
      persistence: memory(),
      flows: Object.values(flows),
      // Of this thread: the others have their own.
      services: { counter: { next: () => -1 } },
      executor: CARRIERS[carrier](module, { size: 1, ...options }),
      onEvent: (event) => events.push(event),
      ...settings,
    });
    stops.push(() => app.stop());
    return { app, events };
  }

  describe('a task in one of them', () => {
    test('runs where its app does not, and the next call in the same place', async () => {
      const { app } = appOn();
      const first = await app.runOrThrow(flows.where);
      const [pid] = first.place.split('/');
      expect(first.place).not.toBe(`${process.pid}/${threadId}`);
      expect(Number(pid) === process.pid).toBe(carrier === 'threads');
      expect(await app.runOrThrow(flows.where)).toEqual(first);
    });

    test('follows a wait, which no module lists', async () => {
      expect((await appOn().app.runOrThrow(flows.waits)).place).not.toBe(`${process.pid}/${threadId}`);
    });

    test.each([
      ['a date', new Date(5)],
      ['a map with a bigint', new Map([['a', 1n]])],
      ['bytes', new Uint8Array([1, 2, 255])],
      ['a megabyte', 'x'.repeat(1_000_000)],
      ['null', null],
    ])('gets %s as it was given, and gives it back', async (_what, value) => {
      const { app } = appOn();
      expect((await app.runOrThrow(flows.echo, { inputs: { value } })).echoed).toEqual(value);
    });

    test('gets a Buffer as a Buffer', async () => {
      const { app } = appOn();
      const { echoed } = await app.runOrThrow(flows.echo, { inputs: { value: Buffer.from('page') } });
      expect(Buffer.isBuffer(echoed) && echoed.toString()).toBe('page');
    });

    test('fails with its error: code, data, cause, and that trying again can not help', async () => {
      const { app } = appOn();
      const result = await app.run(flows.fails);
      expect(result).toMatchObject({
        state: 'REVERTED',
        failures: [
          {
            failure: {
              name: 'PermanentError',
              message: 'no page',
              code: 'NO_PAGE',
              data: { page: 3 },
              permanent: true,
              cause: { name: 'TypeError', message: 'the disk is full', code: 'ENOSPC' },
            },
          },
        ],
      });
    });

    test('saves, tells its progress and emits', async () => {
      const { app, events } = appOn();
      expect((await app.runOrThrow(flows.chatty, { id: 'c' })).saved).toBe('nothing before');
      const heard = (type: string) => events.filter((event) => event.type === type);
      expect(heard('progress')).toMatchObject([{ path: 'chatty/chatty', fraction: 0.5, details: { page: 1 } }]);
      expect(heard('emitted')).toMatchObject([
        { event: 'printed', data: { at: new Date(0), map: new Map([['a', 1n]]) } },
        { event: 'live', data: '[Function (anonymous)]' },
      ]);
    });

    test('has the services that its task set made there', async () => {
      const { app } = appOn({ size: 1 });
      expect((await app.runOrThrow(flows.count)).counted).toBe(1);
      expect((await app.runOrThrow(flows.count)).counted).toBe(2);
    });

    test('may tell listeners what their codec refuses: its run goes on', async () => {
      const codec = {
        encode: jsonCodec.encode,
        decode: (json: Json) => {
          if (JSON.stringify(json).includes('1970')) throw new Error('no dates');
          return jsonCodec.decode(json);
        },
      };
      const { app } = appOn({}, { codec });
      expect((await app.runOrThrow(flows.chatty)).saved).toBe('nothing before');
    });

    test('is refused a transaction of its own', async () => {
      const { app } = appOn();
      expect(await app.run(flows.transacts)).toMatchObject({
        state: 'REVERTED',
        failures: [{ failure: { code: 'TRANSACTION_ELSEWHERE' } }],
      });
    });

    test('runs beside another one, in a place of its own', async () => {
      const { app } = appOn({ size: 2 });
      const { a, b } = await app.runOrThrow(flows.many);
      expect(a).not.toBe(b);
    });
  });

  describe('one of them', () => {
    const deaths = ['exit', 'timer', 'rejection', 'memory', ...(carrier === 'processes' ? ['crash'] : [])];

    test.each(deaths)('that dies (%s) costs the call that it made, which is made again', async (how) => {
      const { app, events } = appOn({ memoryMb: 64 });
      expect((await app.runOrThrow(flows.mortal, { inputs: { how } })).attempt).toBe(2);
      // The next one finds a place.
      expect((await app.runOrThrow(flows.mortal, { inputs: { how: 'none' } })).attempt).toBe(1);
      expect(events.filter((event) => event.type === 'late')).toEqual([]);
    });

    test.each(deaths)('that dies (%s) while a task is undone has that done again', async (how) => {
      const { app, events } = appOn({ memoryMb: 64 });
      expect(await app.run(flows.mortalInRevert, { inputs: { how } })).toMatchObject({ state: 'REVERTED' });
      expect(events.filter((event) => event.type === 'emitted')).toMatchObject([{ event: 'undone', data: 2 }]);
    });

    test('is not waited for as often as it dies: the task fails after maxLosses, with what ended it', async () => {
      const { app } = appOn();
      expect(await app.run(flows.deadly)).toMatchObject({
        state: 'REVERTED',
        failures: [
          { failure: { code: 'INTERRUPTED', cause: { code: 'PLACE_LOST', cause: { message: expect.stringContaining('exit code 5') } } } },
        ],
      });
    });

    test('is renewed after maxCalls', async () => {
      const { app } = appOn({ maxCalls: 2 });
      const places: string[] = [];
      for (let call = 0; call < 5; call++) places.push((await app.runOrThrow(flows.where)).place);
      expect(places.map((place) => places.indexOf(place))).toEqual([0, 0, 2, 2, 4]);
    });

    test('that has nothing to do ends, and begins again', async () => {
      const { app } = appOn({ idleMs: 0 });
      const first = await app.runOrThrow(flows.where);
      await expect.poll(async () => (await app.runOrThrow(flows.where)).place).not.toBe(first.place);
    });

    test.each([
      ['ends when it is told to', flows.obeys, 10_000],
      ['does not is ended after graceMs', flows.disobeys, 0],
    ])('whose code %s: what it did is undone as interrupted', async (_what, flow, graceMs) => {
      const { app } = appOn({ size: 2 }, { graceMs, onFailure: 'abortSiblings' });
      expect(await app.run(flow)).toMatchObject({
        state: 'REVERTED',
        failures: expect.arrayContaining([expect.objectContaining({ path: `${flow.name}/stumbles` })]),
      });
      expect((await app.runOrThrow(flows.many)).a).not.toBe('');
    });

    test('that does not end when it is told to is ended with the app', async () => {
      const { app, events } = appOn({}, { graceMs: 0 });
      const run = await app.start(flows.spins);
      const ended = run.result().catch((error: unknown) => error);
      await expect.poll(() => events.some(({ type }) => type === 'emitted')).toBe(true);
      await app.stop();
      expect(await ended).toMatchObject({ code: 'APP_STOPPED' });
    });
  });
});

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
    ['has no task set', 'export default 1;', 'its default export is no taskSet'],
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
    const before = process.getActiveResourcesInfo().sort();
    const opening = app.ready().catch((error: unknown) => error);
    await app.stop();
    expect(await opening).toMatchObject({ code: 'APP_STOPPED' });
    await expect
      .poll(() => process.getActiveResourcesInfo().filter((kind) => /Worker|Process|MessagePort/.test(kind)))
      .toEqual(before.filter((kind) => /Worker|Process|MessagePort/.test(kind)));
  });

  test('is an absolute path or the URL of a file', () => {
    expect(() => threads('./tasks.js')).toThrow("give new URL('./tasks.js', import.meta.url)");
  });
});
