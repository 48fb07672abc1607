import { threadId } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Codec, type FlowEvent, flowproof, jsonCodec, memory, type PlacesOptions } from '../../src/index.js';
import type { Json } from '../../src/model/json.js';
import { CARRIERS, flows } from './place-flows.js';
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

    test('is refused none of what it undoes: there it is a plain one', async () => {
      const { app, events } = appOn();
      expect(await app.run(flows.transactsInRevert)).toMatchObject({ state: 'REVERTED' });
      expect(events.filter(({ type }) => type === 'emitted')).toMatchObject([{ event: 'undone', data: true }]);
    });

    test('runs beside another one, in a place of its own', async () => {
      const { app } = appOn({ size: 2 });
      const { a, b } = await app.runOrThrow(flows.many);
      expect(a).not.toBe(b);
    });
  });

  describe('one of them', () => {
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
