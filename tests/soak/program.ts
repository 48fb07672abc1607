import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The root of the repository, from the source and from what is built of it. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), import.meta.url.includes('/build/') ? '../../..' : '../..');

/** Bundles the engine's program for plain node; packages stay where they are installed. */
export async function soakProgram(name: string): Promise<string> {
  const outfile = join(ROOT, 'build/soak', `${name}.mjs`);
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    entryPoints: [join(ROOT, 'tests/soak/engine-process.ts')],
    alias: { 'flowproof/postgres': join(ROOT, 'src/adapters/postgres/index.ts'), flowproof: join(ROOT, 'src/index.ts') },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'error',
  });
  return outfile;
}
