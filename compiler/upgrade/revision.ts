import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { type FlowManifest, manifestsOf } from '../manifest/index.js';
import { readProject } from '../reading/index.js';
import { openProject } from '../source/index.js';

/** Git knows no such revision, or there is no repository. */
export class NoSuchRevisionError extends Error {
  override name = 'NoSuchRevisionError';
}

/**
 * The flows of a project as they were at a revision of git: read from a copy beside it, with the packages that are
 * installed now. The repository itself is left alone.
 *
 * @throws NoSuchRevisionError
 */
export function manifestsAt(revision: string, tsconfigs: readonly string[]): readonly FlowManifest[] {
  const [first = '.'] = tsconfigs;
  const root = realpathSync(git(['rev-parse', '--show-toplevel'], dirname(first)).toString().trim());
  const commit = git(['rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`], root)
    .toString()
    .trim();
  const copy = mkdtempSync(join(tmpdir(), 'flowproof-revision-'));
  try {
    writeFileSync(join(copy, '.archive.tar'), git(['archive', '--format=tar', commit], root));
    execFileSync('tar', ['-xf', '.archive.tar'], { cwd: copy });
    const there = tsconfigs.map((path) => join(copy, relative(root, realpathSync(path))));
    for (const path of there) linkPackages(dirname(path), copy, root);
    const present = there.filter((path) => existsSync(path));
    return present.length === 0 ? [] : manifestsOf(readProject(openProject(present)));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Installed packages are in no archive: those of each folder from the tsconfig up to the root are lent. */
function linkPackages(folder: string, copy: string, root: string): void {
  for (let at = folder; at.startsWith(copy); at = dirname(at)) {
    const [installed, lent] = [join(root, relative(copy, at), 'node_modules'), join(at, 'node_modules')];
    if (existsSync(installed) && existsSync(at) && !existsSync(lent)) symlinkSync(realpathSync(installed), lent, 'junction');
  }
}

function git(args: readonly string[], cwd: string): Buffer {
  try {
    return execFileSync('git', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 30 });
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    const why = stderr?.toString().trim() || (error as Error).message;
    throw new NoSuchRevisionError(`git ${args.join(' ')}: ${why}`);
  }
}
