import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { expect, test } from 'vitest';
import { openTelemetry } from '../../src/adapters/opentelemetry/index.js';
import { METRICS } from '../../src/adapters/opentelemetry/metrics.js';
import { postgres } from '../../src/adapters/postgres/index.js';
import { conductor, defineTask, type FlowEvent, flowproof, linear, memory, memoryBoard, sleep, times } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';
import { Spans } from './spans.js';

/** A meter whose numbers can be read at any time. */
function measuring() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  return {
    meter: provider.getMeter('test'),
    /** By metric and attributes: its number, or of a histogram how many there are and whether their sum makes sense. */
    async read(): Promise<Readonly<Record<string, number>>> {
      await reader.forceFlush();
      const metrics =
        exporter
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
      const numbers: Record<string, number> = {};
      for (const { descriptor, dataPoints } of metrics)
        for (const { attributes, value } of dataPoints) {
          const about = Object.entries(attributes).map(([name, one]) => `${name.replace('flowproof.', '')}=${String(one)}`);
          numbers[`${descriptor.name.replace('flowproof.', '')} ${about.sort().join(' ')}`] =
            typeof value === 'number' ? value : value.count;
        }
      return numbers;
    },
    async names(): Promise<readonly string[]> {
      await reader.forceFlush();
      return (exporter.getMetrics().at(-1)?.scopeMetrics ?? []).flatMap((scope) => scope.metrics.map(({ descriptor }) => descriptor.name));
    },
  };
}

test('runs, calls, attempts, failures, reverts and jobs are counted, without a series for each run', async () => {
  const { meter, read } = measuring();
  let calls = 0;
  const reserve = defineTask({ name: 'reserve', execute: async () => undefined, revert: async () => undefined });
  const charge = defineTask({
    name: 'charge',
    retry: times(2),
    execute: async () => {
      if (++calls !== 4) throw Object.assign(new Error('declined'), { code: 'DECLINED' });
    },
  });
  const order = linear('order').add(reserve).add(charge).add(sleep(1)).build();
  const board = memoryBoard();
  await using app = flowproof({ persistence: memory(), flows: [order], board, telemetry: openTelemetry({ meter }) });
  await app.run(order, { id: 'o-1' });
  const one = conductor(app);
  await one.start();
  await (await app.post(order, { id: 'o-2' })).result();
  await expect.poll(() => one.state().counts.consumed).toBe(1);
  await one.stop();
  expect(await read()).toMatchInlineSnapshot(`
    {
      "board.jobs board=memory flow=order outcome=claimed": 1,
      "board.jobs board=memory flow=order outcome=consumed": 1,
      "run.duration flow=order state=REVERTED": 1,
      "run.duration flow=order state=SUCCESS": 1,
      "task.active flow=order path=order/charge phase=execute task=charge": 0,
      "task.active flow=order path=order/reserve phase=execute task=reserve": 0,
      "task.active flow=order path=order/reserve phase=revert task=reserve": 0,
      "task.duration error.type=DECLINED flow=order outcome=failure path=order/charge phase=execute task=charge": 3,
      "task.duration flow=order outcome=result path=order/charge phase=execute task=charge": 1,
      "task.duration flow=order outcome=result path=order/reserve phase=execute task=reserve": 2,
      "task.duration flow=order outcome=result path=order/reserve phase=revert task=reserve": 1,
      "task.failures error.type=DECLINED flow=order path=order/charge": 1,
      "task.retries error.type=DECLINED flow=order path=order/charge": 2,
      "task.reverts flow=order path=order/charge state=REVERTED": 1,
      "task.reverts flow=order path=order/reserve state=REVERTED": 1,
      "wait.duration flow=order path=order/sleep state=SUCCESS": 1,
    }
  `);
});

test('how long posted runs waited is known', async () => {
  const { meter, read } = measuring();
  const order = linear('order')
    .add(defineTask({ name: 'a', execute: async () => undefined }))
    .build();
  await using app = flowproof({ persistence: memory(), flows: [order], recover: true, telemetry: openTelemetry({ meter }) });
  await (await app.post(order, { id: 'o-1' })).result();
  expect((await read())['run.queue.duration flow=order']).toBe(1);
});

describePostgres('in PostgreSQL, where a claim begins what was posted', (database) => {
  test('it is known, too, and the journal says the same', async () => {
    const { meter, read } = measuring();
    const order = linear('order')
      .add(defineTask({ name: 'a', execute: async () => undefined }))
      .build();
    const waited: unknown[] = [];
    const onEvent = (event: FlowEvent): void => void (event.type === 'run' && event.state === 'RUNNING' && waited.push(event.waitedMs));
    const persistence = postgres(database().url);
    await using app = flowproof({ persistence, flows: [order], telemetry: openTelemetry({ meter }), onEvent });
    await using one = conductor(app);
    await one.start();
    await (await app.post(order, { id: 'o-1' })).result();
    for await (const event of app.follow('o-1')) onEvent(event);
    expect(waited).toEqual([expect.any(Number), waited[0]]);
    expect((await read())['run.queue.duration flow=order']).toBe(1);
  });
});

test('all that is measured is listed', async () => {
  const { meter, names } = measuring();
  const telemetry = openTelemetry({ meter });
  const of = { runId: 'r', flow: 'f', atMs: 1, path: 'f/t', failure: { name: 'Error', message: 'x' }, durationMs: 1, waitedMs: 1 };
  for (const more of [
    { type: 'run', state: 'RUNNING', oldState: 'RUNNING', resumed: true },
    { type: 'run', state: 'SUCCESS' },
    { type: 'task', state: 'FAILURE' },
    { type: 'task', state: 'RETRYING' },
    { type: 'task', state: 'REVERTED' },
    { type: 'wait', state: 'SUCCESS' },
    { type: 'recovery', outcome: 'taken' },
    { type: 'board', outcome: 'claimed', board: 'b' },
    { type: 'schedule', name: 's', fired: true },
    ...['late', 'stuck', 'poison', 'journal', 'progress', 'emitted', 'signal', 'conductor', 'retry'].map((type) => ({ type })),
  ])
    telemetry.hear({ ...of, ...more } as never);
  telemetry
    .call({ flow: 'f', runId: 'r', path: 'f/t', task: 't', phase: 'execute', round: 1, turn: 1, attempt: 1, side: 'run' })
    .end({ kind: 'result' });
  expect([...(await names())].sort()).toEqual(METRICS.map(({ name }) => name).sort());
});

test('a name that is another one each time makes no series, and spans that throw spoil no metric', async () => {
  const measured = measuring();
  const bad = defineTask({
    name: 'bad',
    execute: async () => {
      throw Object.assign(new Error('no'), { name: `Gone${Math.random()}` });
    },
  });
  const order = linear('order').add(bad).build();
  const { startSpan } = new Spans().tracer;
  const tracer = {
    startSpan: (...given: Parameters<typeof startSpan>) =>
      Object.assign(new Spans().tracer.startSpan(...given), {
        end: () => {
          throw new Error('the processor is gone');
        },
      }),
    startActiveSpan: () => undefined as never,
  };
  await using app = flowproof({ persistence: memory(), flows: [order], telemetry: openTelemetry({ tracer, meter: measured.meter }) });
  await app.run(order, { id: 'a' });
  await app.run(order, { id: 'b' });
  expect(await measured.read()).toMatchObject({ 'task.failures error.type=Error flow=order path=order/bad': 2 });
});
