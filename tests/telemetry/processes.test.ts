import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTelemetry } from '../../src/adapters/opentelemetry/index.js';
import { postgres } from '../../src/adapters/postgres/index.js';
import { flowproof } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';
import { knowContext, orphansOf, type SeenSpan, Spans, treeOf } from './spans.js';
import { order } from './traced-flow.js';
import type { TracedOrders } from './traced-process.js';

const PROGRAM = fileURLToPath(new URL('../../build/telemetry/traced-process.mjs', import.meta.url));
const children: Child[] = [];

beforeAll(async () => {
  knowContext();
  const entryPoints = [fileURLToPath(new URL('./traced-process.ts', import.meta.url))];
  await build({ entryPoints, outfile: PROGRAM, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' });
});
afterAll(() => Promise.all(children.map((child) => child.kill('SIGKILL'))));

interface Said {
  readonly span?: SeenSpan;
  readonly pays?: true;
  readonly ready?: true;
}

class Child {
  readonly said: Said[] = [];
  readonly #process: ChildProcess;

  constructor(orders: TracedOrders) {
    this.#process = spawn(process.execPath, [PROGRAM, JSON.stringify(orders)], { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: this.#process.stdout as NodeJS.ReadableStream }).on('line', (line) =>
      this.said.push(JSON.parse(line) as Said),
    );
    children.push(this);
  }

  get spans(): readonly SeenSpan[] {
    return this.said.flatMap(({ span }) => span ?? []);
  }

  says(what: keyof Said): Promise<void> {
    return expect.poll(() => this.said.some((one) => one[what] !== undefined), { timeout: 60_000 }).toBe(true);
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill(signal);
    await once(this.#process, 'exit');
  }
}

describePostgres('one trace', (database) => {
  const appOf = (spans: Spans, recover: boolean) =>
    flowproof({
      persistence: postgres(database().url),
      flows: [order],
      recover,
      leaseMs: 1_000,
      telemetry: openTelemetry({ tracer: spans.tracer }),
      services: { pay: () => spans.within('HTTP POST', async () => undefined) },
    });

  test('goes on where another process takes the run over from one that was killed', async () => {
    const killed = new Child({ url: database().url, role: 'hangs' });
    await killed.says('pays');
    await killed.kill('SIGKILL');
    const spans = new Spans();
    await using app = appOf(spans, true);
    await app.ready();
    expect(await app.handle(order, 'hung').result()).toMatchObject({ state: 'SUCCESS' });
    const all = [...killed.spans, ...spans.all];
    expect(treeOf(all)).toMatchInlineSnapshot(`
      "
      start order
        run order (state SUCCESS)
        task reserve
        take over order
        task pay (attempt 2)
          HTTP POST
      "
    `);
    expect(killed.spans.map(({ name }) => name)).toEqual(['start order', 'task reserve']);
    expect(new Set(all.map(({ traceId }) => traceId)).size).toBe(1);
    expect(orphansOf(all)).toEqual([]);
    // It began in the process that is gone.
    const [began, run] = ['start order', 'run order'].map((name) => all.find((span) => span.name === name) as SeenSpan);
    expect(Math.abs((run?.startMs as number) - (began?.startMs as number))).toBeLessThan((run?.endMs as number) - (run?.startMs as number));
  });

  test('goes on where a conductor in another process claims what was posted', async () => {
    const other = new Child({ url: database().url, role: 'conducts' });
    await other.says('ready');
    const spans = new Spans();
    await using app = appOf(spans, false);
    const handle = await spans.within('POST /orders', () => app.post(order, { id: 'posted' }));
    expect(await handle.result()).toMatchObject({ state: 'SUCCESS' });
    await expect.poll(() => other.spans.some(({ name }) => name === 'claim order')).toBe(true);
    await other.kill('SIGTERM');
    const all = [...spans.all, ...other.spans];
    expect(treeOf(all)).toMatchInlineSnapshot(`
      "
      POST /orders
        post order
          claim order (outcome consumed)
          run order (state SUCCESS)
          task reserve
          task pay
      "
    `);
    expect(new Set(all.map(({ traceId }) => traceId)).size).toBe(1);
    expect(orphansOf(all)).toEqual([]);
  });
});
