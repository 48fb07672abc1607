/**
 * Writes docs/errors.md: each code that flowproof has, from the sources that name them and from what stands in
 * scripts/errors-page about each. `--check` changes nothing, and fails when the document is behind.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const DOCUMENT = join(ROOT, 'docs/errors.md');
const PROGRAM = join(ROOT, 'build/errors-page.mjs');

await build({
  entryPoints: [join(ROOT, 'scripts/errors-page/page.ts')],
  outfile: PROGRAM,
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'error',
});
const { errorsPage } = await import(PROGRAM);
if (!process.argv.includes('--check')) writeFileSync(DOCUMENT, errorsPage());
else if (readFileSync(DOCUMENT, 'utf8') !== errorsPage()) {
  console.error('docs/errors.md is behind the codes and what is said of them: run node scripts/errors-page.mjs');
  process.exitCode = 1;
}
