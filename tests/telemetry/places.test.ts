import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { openTelemetry } from '../../src/adapters/opentelemetry/index.js';
import { type ExecutorChoice, flowproof, memory, processes, taskSet, threads } from '../../src/index.js';
import { memoryTransport } from '../../src/testing/index.js';
import { remote, worker } from '../../src/workers/index.js';
import { knowContext, orphansOf, Spans, treeOf } from './spans.js';
import { look, looking } from './tasks.js';

const TASKS = new URL('../../build/telemetry/tasks.mjs', import.meta.url);

beforeAll(async () => {
  knowContext();
  const entryPoints = [fileURLToPath(new URL('./tasks.ts', import.meta.url))];
  const outfile = fileURLToPath(TASKS);
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' });
});

async function active(spans: Spans, elsewhere: ExecutorChoice<object>): Promise<{ traceId: string; spanId: string }> {
  const telemetry = openTelemetry({ tracer: spans.tracer });
  await using app = flowproof({ persistence: memory(), flows: [looking], telemetry, executors: { elsewhere } });
  const result = await app.run(looking, { id: 'r-1' });
  if (result.state !== 'SUCCESS') throw new Error(JSON.stringify(result));
  return result.results.active;
}

test('a worker on another machine goes on with the trace', async () => {
  const [engine, place] = [new Spans(), new Spans()];
  const transport = memoryTransport();
  await using made = worker(taskSet({ tasks: [look], telemetry: openTelemetry({ tracer: place.tracer }) }), { transport });
  await made.start();
  const { traceId, spanId } = await active(engine, remote({ transport }));
  const all = [...engine.all, ...place.all];
  expect(treeOf(all)).toMatchInlineSnapshot(`
    "
    start looking
      run looking (state SUCCESS)
      task look (executor elsewhere)
        call look
    "
  `);
  expect(orphansOf(all)).toEqual([]);
  const call = place.all.find(({ name }) => name === 'call look');
  expect([call?.traceId, call?.spanId]).toEqual([traceId, spanId]);
  expect(new Set(all.map((span) => span.traceId)).size).toBe(1);
});

test('a worker without telemetry makes calls all the same', async () => {
  const transport = memoryTransport();
  await using made = worker(taskSet({ tasks: [look] }), { transport });
  await made.start();
  const engine = new Spans();
  await active(engine, remote({ transport }));
  expect(engine.names).toEqual(['start looking', 'task look', 'run looking']);
});

test.each([
  ['a thread', () => threads(TASKS, { size: 1 })],
  ['a process', () => processes(TASKS, { size: 1 })],
] as const)('%s goes on with the trace', async (_, elsewhere) => {
  const spans = new Spans();
  const { traceId, spanId } = await active(spans, elsewhere() as ExecutorChoice<object>);
  const task = spans.all.find(({ name }) => name === 'task look');
  expect(task?.attributes['flowproof.executor']).toBe('elsewhere');
  expect(traceId).toBe(task?.traceId);
  expect(spanId).toMatch(/^[0-9a-f]{16}$/);
  expect(spanId).not.toBe(task?.spanId);
});
