import { trace } from '@opentelemetry/api';
import { beforeAll, describe, expect, test } from 'vitest';
import { openTelemetry } from '../../src/adapters/opentelemetry/index.js';
import { defineTask, type FlowEvent, flowproof, linear, memory, sleep, type Telemetry, times, waitFor } from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';
import { knowContext, orphansOf, Spans, treeOf } from './spans.js';

beforeAll(knowContext);

const quick = (name: string) => defineTask({ name, execute: async () => undefined, revert: async () => undefined });

describe('the spans of a run', () => {
  test('are parts of what was active when it was started, and what a task does is part of its call', async () => {
    const spans = new Spans();
    const charge = defineTask({
      name: 'charge',
      execute: async () => {
        await spans.within('HTTP POST', async () => undefined);
      },
    });
    const order = linear('order').add(quick('reserve')).add(charge).build();
    await using app = flowproof({ persistence: memory(), flows: [order], telemetry: openTelemetry({ tracer: spans.tracer }) });
    await spans.within('POST /orders', () => app.run(order, { id: 'o-1' }));
    expect(treeOf(spans.all)).toMatchInlineSnapshot(`
      "
      POST /orders
        start order
          run order (state SUCCESS)
          task reserve
          task charge
            HTTP POST
      "
    `);
    expect(new Set(spans.all.map(({ traceId }) => traceId)).size).toBe(1);
    expect(orphansOf(spans.all)).toEqual([]);
    expect(spans.all.find(({ name }) => name === 'task charge')?.attributes).toEqual({
      'flowproof.flow': 'order',
      'flowproof.run.id': 'o-1',
      'flowproof.path': 'order/charge',
      'flowproof.task': 'charge',
      'flowproof.phase': 'execute',
      'flowproof.round': 1,
      'flowproof.turn': 1,
      'flowproof.attempt': 1,
    });
  });

  test('show attempts, what failed, and what was undone', async () => {
    const spans = new Spans();
    let calls = 0;
    const charge = defineTask({
      name: 'charge',
      retry: times(2),
      execute: async () => {
        throw Object.assign(new Error('declined'), { code: 'DECLINED', calls: ++calls });
      },
    });
    const order = linear('order').add(quick('reserve')).add(charge).build();
    await using app = flowproof({ persistence: memory(), flows: [order], telemetry: openTelemetry({ tracer: spans.tracer }) });
    await app.run(order, { id: 'o-1' });
    expect(treeOf(spans.all)).toMatchInlineSnapshot(`
      "
      start order
        run order (state REVERTED, error REVERTED)
        task reserve
        task charge (error DECLINED)
        task charge (attempt 2, error DECLINED)
        revert reserve
      "
    `);
    const [failed] = spans.all.filter(({ isError }) => isError);
    expect(failed).toMatchObject({ name: 'task charge', message: 'declined', attributes: { 'error.type': 'DECLINED' } });
  });

  test('show the rounds of a flow that is tried again', async () => {
    const spans = new Spans();
    let calls = 0;
    const charge = defineTask({
      name: 'charge',
      execute: async () => {
        if (++calls === 1) throw new Error('declined');
      },
    });
    const order = linear('order').retry(times(2)).add(quick('reserve')).add(charge).build();
    await using app = flowproof({ persistence: memory(), flows: [order], telemetry: openTelemetry({ tracer: spans.tracer }) });
    await app.run(order, { id: 'o-1' });
    expect(treeOf(spans.all)).toMatchInlineSnapshot(`
      "
      start order
        run order (state SUCCESS)
        task reserve
        task charge (error Error)
        revert reserve
        task reserve (round 2)
        task charge (round 2)
      "
    `);
  });

  test('show waits, with the times of the journal', async () => {
    const spans = new Spans();
    const clock = new VirtualClock();
    const heard: FlowEvent[] = [];
    const order = linear('order').add(quick('ask')).add(waitFor('approval')).add(sleep(60_000)).add(quick('pay')).build();
    const telemetry = openTelemetry({ tracer: spans.tracer });
    await using app = flowproof({ persistence: memory(), flows: [order], telemetry, clock, onEvent: (event) => heard.push(event) });
    const handle = await app.start(order, { id: 'o-1' });
    await expect.poll(() => heard.some((event) => event.type === 'wait' && event.state === 'WAITING')).toBe(true);
    clock.advance(5_000);
    await app.signal(order, 'o-1', 'approval');
    await expect.poll(() => heard.some((event) => event.type === 'wait' && event.path === 'order/sleep')).toBe(true);
    await expect
      .poll(
        () => {
          clock.advance(10_000);
          return handle.state();
        },
        { interval: 20 },
      )
      .toBe('SUCCESS');
    const waits = spans.all.filter(({ name }) => name.startsWith('wait '));
    const said = heard.filter((event) => event.type === 'wait' && event.state === 'SUCCESS') as readonly {
      durationMs: number;
      atMs: number;
    }[];
    expect(waits.map(({ name, startMs, endMs }) => [name, endMs - startMs, endMs])).toEqual([
      ['wait approval', said[0]?.durationMs, said[0]?.atMs],
      ['wait sleep', said[1]?.durationMs, said[1]?.atMs],
    ]);
    expect(said[0]?.durationMs).toBeGreaterThanOrEqual(5_000);
    expect(orphansOf(spans.all)).toEqual([]);
  });

  test('that was created without telemetry are one trace all the same', async () => {
    const spans = new Spans();
    const persistence = memory();
    const order = linear('order').add(quick('a')).add(quick('b')).build();
    const before = flowproof({ persistence, flows: [order] });
    await before.engine(order, { id: 'o-1' }).prepare();
    await before.stop();
    await using app = flowproof({ persistence, flows: [order], telemetry: openTelemetry({ tracer: spans.tracer }) });
    await app.resume(order, 'o-1');
    expect(spans.names).toEqual(['task a', 'task b', 'run order']);
    expect(new Set(spans.all.map(({ traceId, parentId }) => `${traceId} ${parentId}`)).size).toBe(1);
  });

  test('of one id are one run: who joins it makes a span of that, and none more', async () => {
    const spans = new Spans();
    const order = linear('order').add(quick('a')).build();
    await using app = flowproof({ persistence: memory(), flows: [order], telemetry: openTelemetry({ tracer: spans.tracer }) });
    await app.run(order, { id: 'o-1' });
    await app.run(order, { id: 'o-1' });
    expect(spans.names).toEqual(['start order', 'task a', 'run order', 'start order']);
    expect(spans.all.at(-1)?.attributes['flowproof.outcome']).toBe('exists');
  });
});

describe('telemetry that', () => {
  const bad = (): never => {
    throw new Error('no exporter');
  };
  const order = linear('order').add(quick('a')).build();
  const nothing = { end: () => undefined };
  const cases: Readonly<Record<string, Telemetry>> = {
    'throws everywhere': { create: bad, call: bad, hear: bad },
    'throws in what it returns': {
      create: () => ({
        get trace() {
          return bad();
        },
        end: bad,
      }),
      call: () => ({
        get trace() {
          return bad();
        },
        within: bad,
        end: bad,
      }),
      hear: () => undefined,
    },
    'rejects where nobody awaits it': {
      create: () => ({ end: async () => bad() }),
      call: () => ({ within: (code) => code(), end: async () => bad() }),
      hear: async () => bad(),
    },
    'returns nonsense': { create: () => null as never, call: () => 7 as never, hear: () => undefined },
    'never calls the code': { create: () => nothing, call: () => ({ within: () => undefined as never, end: bad }), hear: bad },
    'calls the code twice': {
      create: () => ({ trace: 'x'.repeat(1_000), ...nothing }),
      call: () => ({ trace: 7 as never, within: (code) => [code(), code()][0] as never, ...nothing }),
      hear: () => undefined,
    },
  };
  test.each(Object.entries(cases))('%s hurts no run', async (_, telemetry) => {
    let calls = 0;
    const count = defineTask({ name: 'count', execute: async () => void calls++ });
    const counted = linear('counted').add(count).build();
    await using app = flowproof({ persistence: memory(), flows: [counted, order], telemetry });
    expect(await app.run(counted)).toMatchObject({ state: 'SUCCESS' });
    expect(calls).toBe(1);
  });

  test.each([null, {}, () => undefined, { create: bad }])('is none is a TypeError: %o', (telemetry) => {
    expect(() => flowproof({ persistence: memory(), flows: [order], telemetry: telemetry as never })).toThrow(TypeError);
  });
});

test('events say the trace of their run, also those from the journal', async () => {
  const spans = new Spans();
  const heard: FlowEvent[] = [];
  const order = linear('order').add(quick('a')).build();
  const telemetry = openTelemetry({ tracer: spans.tracer });
  await using app = flowproof({ persistence: memory(), flows: [order], telemetry, onEvent: (event) => heard.push(event) });
  await app.run(order, { id: 'o-1' });
  const created = spans.all.find(({ name }) => name === 'start order');
  const traceparent = `00-${created?.traceId}-${created?.spanId}-01`;
  expect(new Set(heard.map((event) => event.traceparent))).toEqual(new Set([traceparent]));
  const followed: FlowEvent[] = [];
  for await (const event of app.follow('o-1')) followed.push(event);
  expect(new Set(followed.map((event) => event.traceparent))).toEqual(new Set([traceparent]));
  expect(trace.getActiveSpan()).toBeUndefined();
});
