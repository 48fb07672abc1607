/** Puts the program of packages/create-flowproof into one file, so that `npm create flowproof` installs nothing but it. */
import { chmodSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const PROJECT = join(ROOT, 'packages/create-flowproof');
const outfile = join(PROJECT, 'dist/main.js');

const version = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
if (version(PROJECT) !== version(ROOT)) throw new Error('create-flowproof must have the version of flowproof: its projects depend on that');

await build({
  entryPoints: [join(PROJECT, 'src/main.ts')],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
});
chmodSync(outfile, 0o755);
