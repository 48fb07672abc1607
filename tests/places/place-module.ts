import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Modules as a bundler writes them, with a copy of flowproof of their own: places run plain Node, which knows nothing of Vitest. */
export class PlaceModules {
  readonly #directory = mkdtempSync(join(tmpdir(), 'flowproof-places-'));

  /** A file of tests/fixtures/places. */
  async bundled(name: string, format: 'esm' | 'cjs' = 'esm'): Promise<URL> {
    const outfile = join(this.#directory, `${name}.${format === 'esm' ? 'mjs' : 'cjs'}`);
    await build({
      entryPoints: [at(`../fixtures/places/${name}.ts`)],
      outfile,
      alias: { flowproof: at('../../src/index.ts') },
      bundle: true,
      format,
      platform: 'node',
      target: 'node20',
      tsconfig: at('../../tsconfig.build.json'),
      logLevel: 'error',
    });
    return pathToFileURL(outfile);
  }

  /** A program of tests/fixtures/places, which finds packages where they are installed. */
  async program(name: string): Promise<URL> {
    const outfile = at(`../../build/places/${name}.mjs`);
    await build({
      entryPoints: [at(`../fixtures/places/${name}.ts`)],
      outfile,
      alias: { 'flowproof/postgres': at('../../src/adapters/postgres/index.ts'), flowproof: at('../../src/index.ts') },
      ...{ bundle: true, format: 'esm', platform: 'node', packages: 'external', logLevel: 'error' },
    });
    return pathToFileURL(outfile);
  }

  /** A module with this text. */
  written(name: string, text: string): URL {
    const file = join(this.#directory, name);
    writeFileSync(file, text);
    return pathToFileURL(file);
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
