import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe } from 'vitest';
import { processes } from '../../src/index.js';
import { memoryTransport } from '../../src/testing/index.js';
import { remote, type Worker, worker } from '../../src/workers/index.js';
import tasks from './executors/tasks.js';
import { describeExecutor } from './executors.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'flowproof-workers-'));
/** The tasks of the suite as a module that plain Node can import, with a copy of flowproof of its own. */
const outfile = join(directory, 'tasks.mjs');

beforeAll(async () => {
  await build({
    ...{ entryPoints: [at('executors/tasks.ts')], outfile, alias: { flowproof: at('../../src/index.ts') } },
    ...{ bundle: true, format: 'esm', platform: 'node', target: 'node20', tsconfig: at('../../tsconfig.build.json'), logLevel: 'error' },
  });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('by workers of this process', () => {
  const transport = memoryTransport();
  let one: Worker;
  beforeAll(async () => {
    one = worker(tasks, { transport });
    await one.start();
  });
  afterAll(() => one.stop({ graceMs: 1 }));
  describeExecutor('remote, over memory', { make: () => remote({ transport }) });
});

describe('by workers whose calls are made in processes', () => {
  const transport = memoryTransport();
  let one: Worker;
  beforeAll(async () => {
    one = worker(tasks, { transport, on: processes(pathToFileURL(outfile), { size: 3, memoryMb: 64 }) });
    await one.start();
  }, 60_000);
  afterAll(() => one.stop({ graceMs: 1 }));
  describeExecutor('remote, over memory, in processes', { make: () => remote({ transport }), deaths: ['exit', 'crash'] });
});
