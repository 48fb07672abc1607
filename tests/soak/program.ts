import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { Mutant } from './mutants.js';

/** The root of the repository, from the source and from what is built of it. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), import.meta.url.includes('/build/') ? '../../..' : '../..');

/** Bundles the engine's program for plain node, with something broken if asked for; packages stay where they are installed. */
export async function soakProgram(name: string, mutant?: Mutant): Promise<string> {
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
    plugins: mutant === undefined ? [] : [breaking(mutant)],
  });
  return outfile;
}

/** Changes the source on its way into the bundle. */
function breaking({ changes }: Mutant): Plugin {
  const left = new Set(changes);
  return {
    name: 'mutant',
    setup({ onLoad, onEnd }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const here = changes.filter(([file]) => path === join(ROOT, 'src', file));
        if (here.length === 0) return undefined;
        let contents = readFileSync(path, 'utf8');
        for (const change of here) {
          const [file, from, to] = change;
          if (contents.split(from).length !== 2) throw new Error(`'${from}' is not there once in ${file}`);
          contents = contents.replace(from, () => to);
          left.delete(change);
        }
        return { contents, loader: 'ts' };
      });
      onEnd(() => {
        for (const [file] of left) throw new Error(`${file} is not part of the program`);
      });
    },
  };
}
