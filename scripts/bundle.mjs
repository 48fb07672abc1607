import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { builtPage } from './page.mjs';

// Importing a file costs a third of a millisecond whatever is in it: what a door needs comes in a few files, shared by all doors.
// reflect-metadata is taken in, because importing this CommonJS from a module costs 20 ms on Node.js 20; croner, so that nothing more
// is installed. Its licence asks to be with it.

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const { exports, imports, peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** What compiler/ imports of #model/*: a file for each that it could import would be one more for all who import the package. */
const namedInCompiler = [
  ...new Set(
    readdirSync(join(ROOT, 'compiler'), { recursive: true })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [...readFileSync(join(ROOT, 'compiler', name), 'utf8').matchAll(/'#model\/([^']+)\.js'/g)])
      .map(([, name]) => name),
  ),
];

/** The sources of all that can be imported from outside, or from compiler/ by a name of the package's own; compiler/ itself stays as it is built. */
const doors = [exports, imports]
  .flatMap((names) => Object.values(names))
  .flatMap((target) => target.import?.default ?? target.default ?? [])
  .filter((file) => !file.startsWith('./dist/compiler/'))
  .flatMap((file) => (file.includes('*') ? namedInCompiler.map((name) => file.replace('*', name)) : [file]))
  .map((file) => file.replace('./dist/', './src/').replace(/\.js$/, '.ts'));

const { metafile } = await build({
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
  plugins: [builtPage.forEsbuild()],
  sourcemap: true,
  // The sources are not in the package: stack traces and debuggers show them from here.
  sourcesContent: true,
  metafile: true,
  logLevel: 'warning',
});

copyFileSync(join(ROOT, 'node_modules/croner/LICENSE'), join(ROOT, 'dist/croner.LICENSE.txt'));
copyFileSync(join(ROOT, 'node_modules/preact/LICENSE'), join(ROOT, 'dist/preact.LICENSE.txt'));

// The same once more as CommonJS, for what loads nothing else by default: Jest, and so Nest's tests. Each file is turned by
// itself: the doors share what they share as modules. Its declarations stand beside it, since a package.json there says
// what all these files are.

const DIST = join(ROOT, 'dist');

/** The files that the doors with a `require` consist of. */
function required() {
  const files = new Set();
  const add = (file) => {
    if (files.has(file)) return;
    files.add(file);
    for (const { path, external } of metafile.outputs[file].imports) if (!external) add(path);
  };
  for (const target of Object.values(exports)) if (target.require) add(target.import.default.replace('./', ''));
  return [...files];
}

await build({
  absWorkingDir: ROOT,
  entryPoints: required(),
  outbase: 'dist',
  outdir: 'dist/cjs',
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  // Jest can't import from a file that it has required.
  supported: { 'dynamic-import': false },
  sourcemap: true,
  logLevel: 'warning',
});
writeFileSync(join(DIST, 'cjs/package.json'), '{ "type": "commonjs" }\n');
const declarations = readdirSync(DIST, { recursive: true }).filter((name) => name.endsWith('.d.ts') && !/^(cjs|compiler)[\\/]/.test(name));
for (const name of declarations) {
  mkdirSync(dirname(join(DIST, 'cjs', name)), { recursive: true });
  copyFileSync(join(DIST, name), join(DIST, 'cjs', name));
}

// The parser of command lines is put into the one file that knows it: `npx flowproof` works, and nothing more is installed. Its
// licence asks to be with it.

const PARSER = join(DIST, 'compiler/cli/program/commander.js');
const licence = ['commander', '@commander-js/extra-typings'].map((name) =>
  readFileSync(join(ROOT, 'node_modules', name, 'LICENSE'), 'utf8').trim(),
);
await build({
  entryPoints: [PARSER],
  outfile: PARSER,
  allowOverwrite: true,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  banner: {
    js: `/*\n${licence.join('\n\n')}\n*/\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);`,
  },
  logLevel: 'warning',
});
