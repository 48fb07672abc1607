import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Call, CallEnd, ExecutorChoice } from '../../src/contracts/index.js';
import { concurrent, processes, serial, threads } from '../../src/index.js';
import { describeExecutor, type ExecutorCase, executorCases, runCase } from './executors.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'flowproof-executors-'));
/** The tasks of the suite as a module that plain Node can import, with a copy of flowproof of its own. */
const outfile = join(directory, 'tasks.mjs');

beforeAll(async () => {
  await build({
    ...{ entryPoints: [at('executors/tasks.ts')], outfile, alias: { flowproof: at('../../src/index.ts') } },
    ...{ bundle: true, format: 'esm', platform: 'node', target: 'node20', tsconfig: at('../../tsconfig.build.json'), logLevel: 'error' },
  });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describeExecutor('serial', { make: () => serial() });
describeExecutor('concurrent', { make: () => concurrent() });
describeExecutor('concurrent, with a limit', { make: () => concurrent({ perRun: 2, limit: 2 }) });

// A native crash of a thread is that of its process, which nothing can survive; so is one piece of memory that is larger than all that is left.
const DEATHS = ['exit', 'timer', 'rejection', 'memory'] as const;
const PLACES = { size: 1, memoryMb: 64 };
describeExecutor('processes', {
  make: () => processes(pathToFileURL(outfile), PLACES),
  deaths: [...DEATHS, 'refusedExit', 'growth', 'crash'],
});
describeExecutor('threads', { make: () => threads(pathToFileURL(outfile), PLACES), deaths: DEATHS, tellsErrors: true });

/** An executor with a mistake. */
function wrong(mistake: (call: Call) => Call): ExecutorChoice {
  const chosen = serial();
  return { kind: 'wrong', make: (parts) => ({ ...chosen.make(parts), start: (work) => mistake(work.callHere()) }) };
}

test.each<[string, (end: CallEnd) => CallEnd]>([
  ['says that all is well', () => ({ kind: 'result' })],
  ['takes interruptions for failures', (end) => (end.kind === 'interrupted' ? { ...end, kind: 'failure' } : end)],
  ['forgets what went wrong', (end) => (end.kind === 'failure' ? { ...end, failure: { name: 'Error', message: 'it failed' } } : end)],
])('an executor that %s does not pass', async (_, mistake) => {
  const executor = wrong((call) => ({ ...toldBy(call), end: call.end.then(mistake) }));
  const passes = (one: ExecutorCase): Promise<boolean> =>
    runCase(one, { make: () => executor }).then(
      () => true,
      () => false,
    );
  let found: string | undefined;
  for (const one of executorCases) if (found === undefined && !(await passes(one))) found = one.name;
  expect(found).toBeDefined();
});

function toldBy(call: Call): Pick<Call, 'abort' | 'kill'> {
  return { abort: (reason) => call.abort(reason), kill: () => call.kill() };
}
