import { mkdir } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';

/** Where releases go. Tasks pass each other paths relative to it, so that the journal does not care where it stands. */
export class Target {
  constructor(readonly root: string) {}

  /** The link that visitors follow. */
  readonly current = 'current';
  manifest = (release: string): string => `archives/${release}.manifest`;
  archive = (release: string): string => `archives/${release}.tar.gz`;
  release = (release: string): string => `releases/${release}`;

  /** Makes the directories that all releases share; no run does it, so none undoes it. */
  async prepare(): Promise<void> {
    for (const path of [this.archive('x'), this.release('x')]) await mkdir(dirname(this.at(path)), { recursive: true });
  }

  at(path: string): string {
    return inside(this.root, path);
  }
}

/** `path` in `root`; refuses to leave it. */
export function inside(root: string, path: string): string {
  const found = resolve(root, `.${sep}${path}`);
  if (found !== resolve(root) && !found.startsWith(resolve(root) + sep)) throw new Error(`'${path}' leads out of ${root}`);
  return found;
}

/** What the tasks of this flow need from the app. */
export interface Services {
  readonly target: Target;
}
