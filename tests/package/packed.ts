import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const BUILT_FROM = [
  'src',
  'compiler',
  'page',
  'scripts',
  'docs',
  'examples',
  'compose.yaml',
  'llms.txt',
  'tsconfig.json',
  'tsconfig.build.json',
  'package.json',
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
];

/** Every supported TypeScript. */
export const COMPILERS = { '5.9': 'typescript-5.9/bin/tsc', '6.0': 'typescript/bin/tsc', '7.0': 'typescript-7.0/bin/tsc' };

/** What npm gives to the programs that it starts is its settings of this repository, and none of a user's. */
const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

/** What a program printed; what went wrong is thrown with all that it printed. */
export async function run(cwd: string, command: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(command, args, { cwd, env: ENV }).catch((error: { stdout?: string; stderr?: string }) => {
    throw new Error(`${command} ${args.join(' ')} failed\n${error.stdout ?? ''}${error.stderr ?? ''}`, { cause: error });
  });
  return stdout;
}

export const node = (cwd: string, ...args: readonly string[]) => run(cwd, process.execPath, ...args);

/** A tool of this repository, run where the package is installed. */
export const tool = (cwd: string, path: string, ...args: readonly string[]) => node(cwd, join(ROOT, 'node_modules', path), ...args);

export interface Packed {
  /** Where everything is that belongs to it. */
  readonly folder: string;
  /** An empty project with only the tarball installed. */
  readonly project: string;
  /** What is in the tarball. */
  readonly files: readonly string[];
  /** Writes a program into the project, and gives its folder. */
  program(name: string, files: Readonly<Record<string, string>>): Promise<string>;
  /** Another project with its own copy of the same. */
  copy(name: string): Promise<string>;
  remove(): Promise<void>;
}

/**
 * Builds the package outside of this checkout, packs it, and installs the tarball alone: nothing of this repository is
 * above it, so that what it forgot to bring is missed.
 */
export async function packAndInstall(): Promise<Packed> {
  const work = await mkdtemp(join(tmpdir(), 'flowproof-package-'));
  const remove = () => rm(work, { recursive: true, force: true });
  try {
    return { ...(await packInto(work)), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function packInto(work: string): Promise<Omit<Packed, 'remove'>> {
  const stage = join(work, 'stage');
  const project = join(work, 'project');
  await Promise.all([mkdir(stage), mkdir(project)]);
  for (const name of BUILT_FROM) await cp(join(ROOT, name), join(stage, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(stage, 'node_modules'), 'junction');
  const [packed] = JSON.parse(await run(stage, 'npm', 'pack', '--json', '--ignore-scripts=false', '--pack-destination', work)) as [
    { filename: string; files: { path: string }[] },
  ];
  await writeFile(join(project, 'package.json'), '{ "name": "project", "private": true, "type": "module" }');
  await run(project, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', join(work, packed.filename));
  return {
    folder: work,
    project,
    files: packed.files.map(({ path }) => path).sort(),
    async program(name, texts) {
      const target = join(project, name);
      await mkdir(target, { recursive: true });
      for (const [file, text] of Object.entries(texts)) await writeFile(join(target, file), text);
      return target;
    },
    async copy(name) {
      const target = join(work, name);
      await mkdir(dirname(target), { recursive: true });
      await cp(project, target, { recursive: true });
      return target;
    },
  };
}
