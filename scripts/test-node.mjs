/**
 * The tests on other versions of Node, which npm brings: `npm run test:node -- 22 24`. What follows `--` again goes to the tests:
 * `npm run test:node -- 22 -- build vitest`.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const given = process.argv.slice(2);
const end = given.indexOf('--');
const versions = end < 0 ? given : given.slice(0, end);
const parts = end < 0 ? [] : given.slice(end + 1);
if (versions.length === 0 || versions.some((version) => !/^\d+(\.\d+){0,2}$/.test(version))) {
  console.error('which versions? npm run test:node -- 22 24');
  process.exit(2);
}

for (const version of versions) {
  // The binary alone, by its platform: the package `node` installs it by a script, which many refuse to run.
  const binary = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}@${version}`;
  console.log(`=== ${binary}`);
  const npm = ['exec', '--yes', '--ignore-scripts', `--package=${binary}`, '--', 'node', 'scripts/test.mjs', ...parts];
  const { status } = spawnSync('npm', npm, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exitCode = 1;
}
