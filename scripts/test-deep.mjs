/**
 * What takes too long for every day: `npm run test:deep [-- --seed N]` runs the tests in tests/**\/*.deep.test.ts. What they
 * leave to chance follows from the seed, which is printed: the same seed does the same again.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values, positionals } = parseArgs({ options: { seed: { type: 'string' } }, allowPositionals: true });
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
const manifest = createRequire(import.meta.url).resolve('vitest/package.json');
const vitest = join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.vitest);

console.log(`seed ${seed}: npm run test:deep -- --seed ${seed}`);
const env = { ...process.env, FLOWPROOF_SEED: seed };
// Most of them wait for servers and processes.
const workers = `--maxWorkers=${availableParallelism() + 1}`;
const child = spawn(process.execPath, [vitest, 'run', '--config', 'vitest.deep.config.ts', workers, ...positionals], {
  cwd: ROOT,
  stdio: 'inherit',
  env,
});
/** What hangs without ever waiting can't be ended by vitest. */
const MOST_MS = 40 * 60_000;
const late = setTimeout(() => {
  console.error(`the tests have not ended after ${MOST_MS / 60_000} minutes: something in the file that printed last hangs`);
  child.kill('SIGKILL');
}, MOST_MS);
child.once('exit', (code) => {
  clearTimeout(late);
  console.log(`seed ${seed}`);
  process.exitCode = code ?? 1;
});
