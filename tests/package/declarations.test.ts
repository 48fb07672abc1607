import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMPILERS, tool } from './packed.js';

const ROOT = join(import.meta.dirname, '../..');
let work: string;
let project: string;

/** Two packages that refer to each other, with the built declarations of flowproof as npm would put them there. */
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'flowproof-declarations-'));
  const modules = join(work, 'node_modules');
  await mkdir(join(modules, 'flowproof'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(modules, 'flowproof/package.json'));
  await cp(join(ROOT, 'dist'), join(modules, 'flowproof/dist'), { recursive: true, filter: (path) => !/\.(js|map)$/.test(path) });
  await symlink(join(ROOT, 'node_modules/zod'), join(modules, 'zod'), 'junction');
  project = join(work, 'project');
  await symlink(join(project, 'parts'), join(modules, 'parts'), 'junction');
});
afterAll(() => rm(work, { recursive: true, force: true }));

async function fresh(): Promise<void> {
  await rm(project, { recursive: true, force: true });
  await cp(join(ROOT, 'tests/fixtures/declarations'), project, { recursive: true });
}

test.each(Object.entries(COMPILERS))(
  'all that a package exports can be declared, and another one goes by it: TypeScript %s',
  async (_, tsc) => {
    await fresh();
    await tool(project, tsc, '-b', '.');
    const declared = await readFile(join(project, 'uses/out/index.d.ts'), 'utf8');
    expect(declared).toContain('import("flowproof").Flow<"larger"');
    expect(declared).not.toMatch(/\bany\b/);
  },
  60_000,
);

test('and so it is with decorators of the older kind, and for bundlers', async () => {
  await fresh();
  // In the file, since a package that is referred to goes by its own.
  const settings = join(project, 'tsconfig.json');
  const { compilerOptions, ...rest } = JSON.parse(await readFile(settings, 'utf8'));
  const options = { ...compilerOptions, experimentalDecorators: true, module: 'esnext', moduleResolution: 'bundler' };
  await writeFile(settings, JSON.stringify({ compilerOptions: options, ...rest }));
  await tool(project, COMPILERS['7.0'], '-b', '.');
});
