import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// Importing a file costs a third of a millisecond whatever is in it: what a door needs comes in a few files, shared by all doors.
// reflect-metadata is taken in, because importing this CommonJS from a module costs 20 ms on Node.js 20.

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const { exports, imports, peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** The sources of all that can be imported from outside, or from compiler/ by a name of the package's own; compiler/ itself stays as it is built. */
const doors = [exports, imports]
  .flatMap((names) => Object.values(names))
  .flatMap((target) => target.default ?? [])
  .filter((file) => !file.startsWith('./dist/compiler/'))
  .map((file) => file.replace('./dist/', './src/').replace(/\.js$/, '.ts'));

await build({
  absWorkingDir: ROOT,
  entryPoints: doors,
  outbase: 'src',
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  tsconfig: 'tsconfig.build.json',
  external: Object.keys(peerDependencies),
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});
