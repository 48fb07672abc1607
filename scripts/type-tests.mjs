/**
 * Type tests against the built package: tsd on `type-tests/*.test-d.ts`, after its negative control, and the right
 * programs of `type-tests/` with every supported TypeScript. Build first.
 */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import tsd from 'tsd';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const COMPILERS = { 5.9: 'typescript-5.9/bin/tsc', '6.0': 'typescript/bin/tsc', '7.0': 'typescript-7.0/bin/tsc' };
const CONTROL = 'tests/fixtures/type-tests/wrong.test-d.ts';
const CONTROL_LINES = '6,7';

const check = (...testFiles) => tsd.default({ cwd: ROOT, typingsFile: 'dist/index.d.ts', testFiles });

const control = await check(CONTROL);
const lines = control.map(({ line }) => line).join();
if (lines !== CONTROL_LINES) {
  throw new Error(`tsd found mistakes in lines [${lines}] of its negative control, not in [${CONTROL_LINES}]:\n${tsd.formatter(control)}`);
}
console.log('tsd: negative control rejected');

const files = readdirSync(join(ROOT, 'type-tests')).filter((name) => name.endsWith('.test-d.ts'));
if (files.length === 0) throw new Error('there is no type-tests/*.test-d.ts');
const found = await check(...files.map((name) => `type-tests/${name}`));
if (found.length > 0) console.error(tsd.formatter(found));
console.log(`tsd: ${files.length} files, ${found.length} problems`);

let failed = found.length;
for (const [version, tsc] of Object.entries(COMPILERS)) {
  const flags = ['-p', join(ROOT, 'type-tests'), '--pretty', 'false'];
  const output = await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules', tsc), ...flags], { cwd: ROOT }).then(
    () => '',
    (error) => error.stdout || String(error),
  );
  console.log(`right programs under TypeScript ${version}: ${output === '' ? 'compile' : `don't compile\n${output}`}`);
  if (output !== '') failed += 1;
}
if (failed > 0) process.exitCode = 1;
