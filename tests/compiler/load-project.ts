import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const execute = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const require = "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

/** A project that has been built, with flowproof installed in it. */
export interface LoadProject {
  readonly folder: string;
  /** The program that loads modules, from the sources that are there now. */
  readonly loader: string;
  write(name: string, content: string): void;
  /** Builds sources, as a project does before it is checked with `--load`. */
  build(how?: { readonly bundle: boolean }): Promise<void>;
  /** Runs one of its programs, and gives what it printed. */
  run(program: string): Promise<string>;
  remove(): void;
}

export async function loadProject(): Promise<LoadProject> {
  const folder = mkdtempSync(join(tmpdir(), 'flowproof-load-'));
  const loader = join(folder, 'loader.mjs');
  const installed = join(folder, 'node_modules/flowproof');
  mkdirSync(installed, { recursive: true });
  cpSync(join(ROOT, 'tests/fixtures/compiler/load/src'), join(folder, 'src'), { recursive: true });
  const write = (name: string, content: string) => writeFileSync(join(folder, name), content);
  write('package.json', '{ "type": "module" }');
  write('node_modules/flowproof/package.json', '{ "name": "flowproof", "type": "module", "exports": "./dist/index.js" }');
  const compilerOptions = {
    ...{ target: 'es2022', lib: ['es2022', 'esnext.disposable'], module: 'nodenext', strict: true, skipLibCheck: true },
    ...{ types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')], paths: { flowproof: [join(ROOT, 'src/index.ts')] } },
    ...{ rootDir: 'src', outDir: 'dist' },
  };
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['src'] }));
  const bundled = { bundle: true, platform: 'node', target: 'node20', format: 'esm', banner: { js: require }, logLevel: 'error' } as const;
  await build({ ...bundled, entryPoints: [join(ROOT, 'src/index.ts')], outfile: join(installed, 'dist/index.js') });
  await build({
    ...bundled,
    entryPoints: [join(ROOT, 'compiler/loading/child.ts')],
    outfile: loader,
    alias: { '#compilation': join(ROOT, 'src/compilation/index.ts') },
  });
  return {
    folder,
    loader,
    write,
    async build({ bundle } = { bundle: false }) {
      const sources = readdirSync(join(folder, 'src')).map((name) => join(folder, 'src', name));
      await build({ ...bundled, bundle, entryPoints: sources, outdir: join(folder, 'dist') });
    },
    run: async (program) => (await execute(process.execPath, [program], { cwd: folder })).stdout,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
