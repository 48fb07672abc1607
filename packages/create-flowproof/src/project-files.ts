import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGE } from './package-folder.js';
import { DEPENDENCIES, DEV_DEPENDENCIES, TEMPLATES, type Template } from './templates.js';

export interface ProjectOptions {
  /** Of the package. */
  readonly name: string;
  readonly template: Template;
  /** As npm names a version, a tag, or a tarball. */
  readonly flowproof: string;
}

/** npm leaves a `.gitignore` out of packages, and reads one in them. */
const RENAMED: Readonly<Record<string, string>> = { 'gitignore.txt': '.gitignore' };

/** The files of a new project, by their paths in it. */
export async function projectFiles(options: ProjectOptions): Promise<ReadonlyMap<string, string>> {
  const { name, template } = options;
  const { title } = TEMPLATES[template];
  const files = new Map<string, string>([['package.json', `${JSON.stringify(manifest(options), undefined, 2)}\n`]]);
  for (const layer of ['base', template]) {
    const folder = fileURLToPath(new URL(`templates/${layer}/`, PACKAGE));
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const path = relative(folder, file).split(sep).join('/');
      const text = await readFile(file, 'utf8');
      files.set(RENAMED[path] ?? path, text.replaceAll('{{name}}', name).replaceAll('{{framework}}', title));
    }
  }
  return files;
}

function manifest({ name, template, flowproof }: ProjectOptions) {
  const { dependencies, devDependencies } = TEMPLATES[template];
  return {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    engines: { node: '>=20.19' },
    scripts: {
      dev: 'tsx watch src/server.ts',
      test: 'vitest run',
      types: 'tsc --noEmit',
      build: 'tsc -p tsconfig.build.json',
      start: 'node dist/server.js',
    },
    dependencies: sorted({ ...DEPENDENCIES, ...dependencies, flowproof }),
    devDependencies: sorted({ ...DEV_DEPENDENCIES, ...devDependencies }),
  };
}

const sorted = (versions: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(versions).sort(([a], [b]) => (a < b ? -1 : 1)));
