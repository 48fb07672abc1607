import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { Transport } from '../../../src/contracts/index.js';
import type { FlowEvent } from '../../../src/index.js';
import { remote, worker } from '../../../src/workers/index.js';
import { startBlackHole } from '../../support/black-hole.js';
import { appOf, flows } from '../executors/flows.js';
import { emitted, untilEmitted } from '../executors/heard.js';
import tasks from '../executors/tasks.js';
import type { OnBroker } from './on-broker.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** The client of NATS is CommonJS. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
const DOORS = {
  flowproof: 'index',
  'flowproof/workers': 'workers/index',
  'flowproof/rabbitmq': 'adapters/rabbitmq/index',
  'flowproof/nats': 'adapters/nats/index',
};

/** Workers that are processes of their own, and are killed or stand still while they have a call in hand. */
export function testDeaths({ broker, server, sealed }: OnBroker): void {
  let directory: string;
  const program = (name: string): string => join(directory, `${name}.js`);

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'flowproof-worker-'));
    writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
    await build({
      entryPoints: ['worker-program', 'closing-program'].map((name) => at(`../../workers/${name}.ts`)),
      ...{ outdir: directory, bundle: true, format: 'esm', banner: { js: REQUIRE }, platform: 'node', target: 'node20' },
      alias: Object.fromEntries(Object.entries(DOORS).map(([door, file]) => [door, at(`../../../src/${file}.ts`)])),
      ...{ tsconfig: at('../../../tsconfig.build.json'), logLevel: 'error' },
    });
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** A run whose call is in the hands of a worker that is a process of its own. */
  async function callInProcess(silenceMs?: number) {
    const prefix = `deaths${randomUUID()}`;
    const process = fork(program('worker-program'), [broker, server().url, prefix]);
    onTestFinished(() => void process.kill('SIGKILL'));
    await once(process, 'message');
    const transport = sealed(prefix);
    const events: FlowEvent[] = [];
    const executor = remote({ transport, ...(silenceMs === undefined ? {} : { silenceMs }) });
    const app = appOf({ executor, onEvent: (event) => events.push(event) });
    onTestFinished(() => app.stop());
    const running = app.run(flows.obedient);
    await untilEmitted(events, 'begun', running);
    return { process, transport, events, app, running };
  }

  async function startAnother(transport: Transport): Promise<void> {
    const living = worker(tasks, { transport });
    onTestFinished(() => living.stop({ graceMs: 1 }));
    await living.start();
  }

  test('a worker whose process is killed costs one loss: another one makes its call', { timeout: 180_000 }, async () => {
    const { process, transport, events, running } = await callInProcess();
    process.kill('SIGKILL');
    await startAnother(transport);
    expect(await running).toMatchObject({ state: 'SUCCESS', results: { calls: 2 } });
    expect(emitted(events)).toEqual([
      ['begun', 1],
      ['begun', 2],
    ]);
  });

  test('the call of a worker whose process stands still is made by another one; when it goes on, it serves again', {
    timeout: 180_000,
  }, async () => {
    const { process, transport, events, app, running } = await callInProcess(3_000);
    process.kill('SIGSTOP');
    const living = worker(tasks, { transport });
    await living.start();
    expect((await running).state).toBe('SUCCESS');
    // The broker may give it to the one that stands still once more, which does not begin it.
    expect(emitted(events).map(([event]) => event)).toEqual(['begun', 'begun']);
    await living.stop();
    process.kill('SIGCONT');
    expect(await app.run(flows.echo, { inputs: { value: 'again' } })).toMatchObject({ state: 'SUCCESS' });
    await exited(process);
  });

  test('a process that closes a connection which is cut off, or tries to come back, ends', { timeout: 180_000 }, async () => {
    const hole = await startBlackHole(server().port, server().host);
    onTestFinished(() => hole.close());
    const url = server().url.replace(`:${server().port}`, `:${hole.port}`);
    const [cut, dialing] = [1, 2].map(() => fork(program('closing-program'), [broker, url, `closing${randomUUID()}`])) as [
      ChildProcess,
      ChildProcess,
    ];
    onTestFinished(() => [cut, dialing].forEach((process) => void process.kill('SIGKILL')));
    await Promise.all([cut, dialing].map((process) => once(process, 'message')));
    hole.cut();
    cut.send('close');
    if (cut.exitCode === null) await once(cut, 'exit');
    hole.hangUp();
    const before = hole.connectionCount;
    await vi.waitUntil(() => hole.connectionCount > before, { timeout: 60_000 });
    dialing.send('close');
    if (dialing.exitCode === null) await once(dialing, 'exit');
    expect([cut.exitCode, dialing.exitCode]).toEqual([0, 0]);
  });
}

async function exited(process: ChildProcess): Promise<void> {
  process.kill('SIGKILL');
  if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
}
