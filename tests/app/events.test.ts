import { expect, test } from 'vitest';
import {
  defineTask,
  type EventFilter,
  type FlowEvent,
  flowproof,
  linear,
  memory,
  type TaskContext,
  times,
  waitFor,
} from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';

const clock = new VirtualClock();
const late = (ms: number): void => clock.advance(ms);
const reserve = defineTask({
  name: 'reserve',
  provides: ['seat'],
  execute: async () => {
    late(30);
    return { seat: { row: 7, near: ['exit'] } };
  },
  revert: async () => late(20),
});
const charge = defineTask({
  name: 'charge',
  requires: ['seat'],
  execute: async ({ seat }: { seat: { row: number; near: string[] } }, ctx: TaskContext<{}>) => {
    ctx.progress(0.5, { cents: 50 });
    ctx.emit('asked', { row: seat.row });
    late(10);
    throw new Error('declined');
  },
});
const booking = linear('booking')
  .add(linear('trip').retry(times(2)).add(reserve).add(charge).build())
  .build();
const hello = linear('hello')
  .add(defineTask({ name: 'greet', execute: async () => undefined }))
  .build();

type Said = Partial<Record<'type' | 'path' | 'state' | 'phase' | 'round' | 'attempt' | 'durationMs' | 'seq' | 'epoch', unknown>>;
const said = (events: readonly FlowEvent[]): string[] =>
  (events as readonly Said[]).map(({ type, path = '', state = '', phase = '', round = '', attempt = '', durationMs = '' }) =>
    `${type} ${path} ${state} ${phase} ${round}.${attempt} ${durationMs}`.replaceAll(/ +/g, ' ').trim(),
  );

function appOf(onEvent?: (event: FlowEvent) => void) {
  return flowproof({ persistence: memory(), flows: [booking, hello], clock, ...(onEvent && { onEvent }) });
}

test('events say which call they are about and how long it took, as it was when it happened, in the order of the steps', async () => {
  const heard: FlowEvent[] = [];
  await using app = appOf((event) => heard.push(event));
  await app.run(booking, { id: 'b-1' });
  expect(said(heard)).toMatchInlineSnapshot(`
    [
      "run RUNNING .",
      "retry booking/trip/(retry) RUNNING execute 1.1",
      "retry booking/trip/(retry) SUCCESS execute 1.1 0",
      "task booking/trip/reserve RUNNING execute 1.1",
      "task booking/trip/reserve SUCCESS execute 1.1 30",
      "task booking/trip/charge RUNNING execute 1.1",
      "progress booking/trip/charge execute 1.1",
      "emitted booking/trip/charge execute 1.1",
      "task booking/trip/charge FAILURE execute 1.1 10",
      "task booking/trip/charge REVERTING revert 1.1",
      "task booking/trip/charge REVERTED revert 1.1 0",
      "task booking/trip/reserve REVERTING revert 1.1",
      "task booking/trip/reserve REVERTED revert 1.1 20",
      "retry booking/trip/(retry) RETRYING execute 1.1",
      "task booking/trip/reserve PENDING execute 1.0",
      "task booking/trip/charge PENDING execute 1.0",
      "retry booking/trip/(retry) RUNNING execute 1.2",
      "retry booking/trip/(retry) SUCCESS execute 1.2 60",
      "task booking/trip/reserve RUNNING execute 2.1",
      "task booking/trip/reserve SUCCESS execute 2.1 30",
      "task booking/trip/charge RUNNING execute 2.1",
      "progress booking/trip/charge execute 2.1",
      "emitted booking/trip/charge execute 2.1",
      "task booking/trip/charge FAILURE execute 2.1 10",
      "task booking/trip/charge REVERTING revert 2.1",
      "task booking/trip/charge REVERTED revert 2.1 0",
      "task booking/trip/reserve REVERTING revert 2.1",
      "task booking/trip/reserve REVERTED revert 2.1 20",
      "retry booking/trip/(retry) REVERTING revert 1.1",
      "retry booking/trip/(retry) REVERTED revert 1.1 0",
      "run REVERTED . 120",
    ]
  `);
  expect(heard.every(({ runId, flow, epoch }) => runId === 'b-1' && flow === 'booking' && epoch === 0)).toBe(true);
  const seqs = heard.flatMap(({ seq }) => seq ?? []);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
});

test('a listener hears what its filter lets through, and the run of another flow costs it nothing', async () => {
  await using app = appOf();
  const heard = new Map<EventFilter, string[]>();
  const filters: readonly EventFilter<'booking' | 'hello'>[] = [
    { flow: 'hello' },
    { runId: 'b-1', types: ['run'] },
    { path: 'booking/trip', states: ['FAILURE', 'REVERTED'] },
    { path: 'booking/tri' },
    { types: ['progress', 'emitted'] },
    { types: [] },
  ];
  for (const filter of filters) app.on(filter, (event) => heard.set(filter, [...(heard.get(filter) ?? []), ...said([event])]));
  await app.run(booking, { id: 'b-1' });
  await app.run(hello, { id: 'h-1' });
  expect(filters.map((filter) => heard.get(filter) ?? [])).toMatchInlineSnapshot(`
    [
      [
        "run RUNNING .",
        "task hello/greet RUNNING execute 1.1",
        "task hello/greet SUCCESS execute 1.1 0",
        "run SUCCESS . 0",
      ],
      [
        "run RUNNING .",
        "run REVERTED . 120",
      ],
      [
        "task booking/trip/charge FAILURE execute 1.1 10",
        "task booking/trip/charge REVERTED revert 1.1 0",
        "task booking/trip/reserve REVERTED revert 1.1 20",
        "task booking/trip/charge FAILURE execute 2.1 10",
        "task booking/trip/charge REVERTED revert 2.1 0",
        "task booking/trip/reserve REVERTED revert 2.1 20",
        "retry booking/trip/(retry) REVERTED revert 1.1 0",
      ],
      [],
      [
        "progress booking/trip/charge execute 1.1",
        "emitted booking/trip/charge execute 1.1",
        "progress booking/trip/charge execute 2.1",
        "emitted booking/trip/charge execute 2.1",
      ],
      [],
    ]
  `);
});

test('a run that no listener may hear of is not looked at for events: its values are not decoded for them', async () => {
  let decoded = 0;
  const codec = {
    encode: (value: unknown) => JSON.parse(JSON.stringify(value ?? null)),
    decode: (json: unknown) => {
      decoded++;
      return structuredClone(json);
    },
  };
  const counted = async (filter?: EventFilter<'hello'>): Promise<number> => {
    decoded = 0;
    const gives = defineTask({ name: 'gives', provides: ['n'], execute: async () => ({ n: 1 }) });
    const flow = linear('gives').add(gives).build();
    await using app = flowproof({ persistence: memory(), flows: [flow, hello], codec });
    if (filter !== undefined) app.on(filter, () => undefined);
    await app.run(flow, { id: 'g' });
    return decoded;
  };
  const without = await counted();
  expect(await counted({ flow: 'hello' })).toBe(without);
  expect(await counted({})).toBeGreaterThan(without);
});

test('a filter that nothing can fit is refused at once', async () => {
  await using app = appOf();
  const on = app.on as (...args: unknown[]) => unknown;
  expect(() => on.call(app, { types: ['tasks'] }, () => undefined)).toThrow(
    "one of types of a listener's filter is 'tasks': it must be one of run, task",
  );
  expect(() => on.call(app, { states: ['DONE'] }, () => undefined)).toThrow('it must be one of PENDING');
  expect(() => on.call(app, { states: 'SUCCESS' }, () => undefined)).toThrow('it must be a list');
  expect(() => on.call(app, { path: 7 }, () => undefined)).toThrow('path of a listener');
  expect(() => on.call(app, {})).toThrow('a listener must be a function');
});

test('listeners that throw, reject, are removed or write into events hurt neither the run nor each other', async () => {
  await using app = appOf();
  const heard: FlowEvent[] = [];
  app.on(() => {
    throw new Error('no');
  });
  app.on(async () => Promise.reject(new Error('no')));
  // A promise of another library's, and something that only looks like one.
  const rejects = (_: unknown, reject: (why: Error) => void): void => reject(new Error('no'));
  app.on((() => Object.defineProperty({}, 'then', { value: rejects })) as () => void);
  app.on((() => Object.defineProperty({}, 'then', { get: () => expect.fail('thrown') })) as () => void);
  const refused: string[] = [];
  app.on((event) => {
    const write = (act: () => unknown): void => {
      try {
        act();
        refused.push('written');
      } catch (error) {
        refused.push((error as Error).name);
      }
    };
    if (event.type === 'task' && event.state === 'SUCCESS')
      write(() => (event.result as { seat: { near: string[] } }).seat.near.push('window'));
    if (event.type === 'task' && event.failure !== undefined) write(() => Object.assign(event.failure as object, { message: '' }));
    if (event.type === 'emitted') write(() => Object.assign(event.data as object, { row: 1 }));
    if (event.type === 'progress') write(() => Object.assign(event.details as object, { cents: 1 }));
    write(() => Object.assign(event, { flow: 'other' }));
  });
  let once = 0;
  const off = app.on(() => {
    once++;
    off();
    offNext();
  });
  const offNext = app.on(() => expect.fail('it was removed before its turn'));
  app.on((event) => heard.push(event));
  const { state } = await app.run(booking, { id: 'b-1' });
  expect(state).toBe('REVERTED');
  expect(once).toBe(1);
  expect(new Set(refused)).toEqual(new Set(['TypeError']));
  expect(heard.find((event) => event.type === 'task' && event.state === 'SUCCESS')).toMatchObject({
    result: { seat: { row: 7, near: ['exit'] } },
  });
  expect(heard.at(-1)).toMatchObject({ type: 'run', state: 'REVERTED' });
});

test('what a task emits stays its own: it may go on with it, though it can not be copied', async () => {
  const kept: object[] = [];
  const emits = defineTask({
    name: 'emits',
    execute: async (_: {}, ctx: TaskContext<{}>) => {
      const parts = { n: [1] };
      ctx.emit('parts', parts);
      parts.n.push(2);
      const odd = { n: [1], print: () => 'odd' };
      (ctx.emit as (event: string, data: unknown) => void)('odd', odd);
      odd.n.push(2);
      kept.push(parts, odd);
    },
  });
  const flow = linear('emits').add(emits).build();
  await using app = flowproof({ persistence: memory(), flows: [flow] });
  const heard: unknown[] = [];
  app.on({ types: ['emitted'] }, ({ event, data }) => heard.push([event, data]));
  await app.run(flow);
  expect(kept).toMatchObject([{ n: [1, 2] }, { n: [1, 2] }]);
  expect(heard[0]).toEqual(['parts', { n: [1] }]);
});

test('a wait says how long it has waited, and a takeover raises the epoch of what comes after it', async () => {
  const flow = linear('approval').add(waitFor('approval')).build();
  const persistence = memory();
  await using first = flowproof({ persistence, flows: [flow], clock });
  const heard: FlowEvent[] = [];
  first.on((event) => heard.push(event));
  const handle = await first.start(flow, { id: 'a-1' });
  await handle.suspend();
  await handle.result();
  late(500);
  await using second = flowproof({ persistence, flows: [flow], clock });
  second.on((event) => heard.push(event));
  const resumed = second.resume(flow, 'a-1');
  await second.signal(flow, 'a-1', 'approval');
  expect((await resumed).state).toBe('SUCCESS');
  expect(heard.map(({ epoch, ...event }) => `${epoch} ${said([event as FlowEvent])[0]}`)).toMatchInlineSnapshot(`
    [
      "0 run RUNNING .",
      "0 wait approval/approval WAITING execute 1.0",
      "1 run SUSPENDED .",
      "2 signal approval/approval .",
      "2 run RUNNING .",
      "2 wait approval/approval SUCCESS execute 1.0 500",
      "2 run SUCCESS . 500",
    ]
  `);
});
