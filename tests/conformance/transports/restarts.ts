import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { Server } from '../../../scripts/server.js';
import type { Transport } from '../../../src/contracts/index.js';
import type { FlowEvent } from '../../../src/index.js';
import { remote, type Worker, worker } from '../../../src/workers/index.js';
import { appOf, type Begun, doubled, held, heldSet } from '../../workers/rig.js';
import { flows, appOf as suiteApp } from '../executors/flows.js';
import { emitted, untilEmitted } from '../executors/heard.js';
import tasks from '../executors/tasks.js';

/** A broker that is killed and comes back while calls are under way. The last test of its server: others would wait for it. */
export function testRestarts(server: () => Server, make: () => Transport): void {
  const begun: Begun[] = [];
  let transport: Transport;
  let one: Worker;
  // Before all other tests: a broker may write down a little later which queues there are, and one that is killed at once has forgotten them.
  beforeAll(async () => {
    transport = make();
    one = worker(heldSet('one', begun), { transport });
    await one.start();
  });
  afterAll(() => one?.stop({ graceMs: 1 }));

  test('a broker that is killed costs no run: calls under way end, and others wait until it is back', { timeout: 300_000 }, async () => {
    const { app } = appOf({ transport });
    const running = app.run(held);
    await vi.waitUntil(() => begun.length === 1, { timeout: 60_000 });
    await server().kill();
    begun[0]?.end();
    const waiting = Array.from({ length: 20 }, (_, n) => app.runOrThrow(doubled, { inputs: { n } }));
    await server().restart();
    expect(await running).toMatchObject({ state: 'SUCCESS', results: { madeBy: 'one' } });
    expect((await Promise.all(waiting)).map(({ twice }) => twice)).toEqual(Array.from({ length: 20 }, (_, n) => 2 * n));
  });
}

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A worker that is a process of its own is killed while it has a call in hand. */
export function testDeaths(server: () => Server, make: (prefix: string) => Transport): void {
  test('a worker whose process is killed costs one loss: another one makes its call', { timeout: 180_000 }, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'flowproof-worker-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const outfile = join(directory, 'worker.cjs');
    const doors = { flowproof: 'index', 'flowproof/workers': 'workers/index', 'flowproof/rabbitmq': 'adapters/rabbitmq/index' };
    await build({
      ...{ entryPoints: [at('../../workers/worker-program.ts')], outfile, bundle: true, format: 'cjs', platform: 'node', target: 'node20' },
      alias: Object.fromEntries(Object.entries(doors).map(([door, file]) => [door, at(`../../../src/${file}.ts`)])),
      ...{ tsconfig: at('../../../tsconfig.build.json'), logLevel: 'error' },
    });
    const prefix = `deaths${process.pid}`;
    const doomed = fork(outfile, [server().url, prefix]);
    onTestFinished(() => void doomed.kill('SIGKILL'));
    await once(doomed, 'message');
    const transport = make(prefix);
    const events: FlowEvent[] = [];
    const app = suiteApp({ executor: remote({ transport }), onEvent: (event) => events.push(event) });
    onTestFinished(() => app.stop());
    const running = app.run(flows.obedient);
    await untilEmitted(events, 'begun', running);
    doomed.kill('SIGKILL');
    const living = worker(tasks, { transport });
    onTestFinished(() => living.stop({ graceMs: 1 }));
    await living.start();
    expect(await running).toMatchObject({ state: 'SUCCESS', results: { calls: 2 } });
    expect(emitted(events)).toEqual([
      ['begun', 1],
      ['begun', 2],
    ]);
  });
}
