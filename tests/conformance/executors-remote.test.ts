import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';
import { processes } from '../../src/index.js';
import { memoryTransport } from '../../src/testing/index.js';
import { describeRemote } from './executors/remote.js';

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

describeRemote('memory', memoryTransport);
describeRemote('memory, in processes', memoryTransport, {
  on: () => processes(pathToFileURL(outfile), { size: 3, memoryMb: 64 }),
  deaths: ['exit', 'crash'],
});
