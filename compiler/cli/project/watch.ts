import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { complaint } from '../terminal/complaint.js';
import { type Io, UsageError } from '../terminal/io.js';
import type { Opened } from './open.js';
import { watchFolders } from './watched-folders.js';

/** Editors write a file in several steps. */
const QUIET_MS = 50;
const SOURCE = /\.[cm]?[jt]sx?$|\.json$/;
/** Whatever may decide which project it is. */
const CONFIGURATION = /^(?:package|[tj]sconfig.*)\.json$|^flowproof\.config\.[cm]?[jt]s$/;

/**
 * Calls `again` at once and after each change, until the person stops it: with the files that have changed read again, or
 * with the whole project opened anew where its configuration has changed.
 *
 * @param open opens the project; what it throws at the first time ends the watch, later it is said, and the old one stays
 * @param again is given the project as it is now, and how long this round takes so far
 */
export async function watched(open: () => Opened, io: Io, again: (opened: Opened, ms: () => number) => void): Promise<void> {
  const { clock, signal } = io;
  const changed = new Set<string>();
  let cancel = (): void => {};
  let unfollow = (): void => {};
  await new Promise<void>((resolve, reject) => {
    let began = clock.nowMs();
    let now = open();
    const hear = (path: string): void => {
      if (!SOURCE.test(path)) return;
      changed.add(path);
      cancel();
      cancel = clock.after(QUIET_MS, round);
    };
    const follow = (): void => {
      const { folders, files, madeBy } = now.project;
      const alone = [...madeBy, ...now.configuration.readFrom];
      unfollow = watchFolders(folders, alone, hear, (why) => reject(new UsageError(`no more folders can be watched: ${why}`)));
      // A change while it was opened is reported by nothing.
      for (const { fileName } of files) if ((statSync(fileName, { throwIfNoEntry: false })?.mtimeMs ?? 0) > began) hear(fileName);
    };
    const round = (): void => {
      const start = clock.monotonicMs();
      const paths = [...changed];
      changed.clear();
      try {
        if (paths.some((path) => isConfiguration(path, now))) {
          began = clock.nowMs();
          now = open();
          unfollow();
          follow();
        } else {
          const project = now.project.changed(paths);
          if (project === now.project) return;
          now = { ...now, project };
        }
        again(now, () => clock.monotonicMs() - start);
      } catch (error) {
        io.err(`flowproof: ${complaint(error, io)}\n`);
        io.out('Waiting for changes …\n\n');
      }
    };
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
    follow();
    const start = clock.monotonicMs();
    again(now, () => clock.monotonicMs() - start);
  }).finally(() => {
    cancel();
    unfollow();
  });
}

function isConfiguration(path: string, { project, configuration }: Opened): boolean {
  return CONFIGURATION.test(basename(path)) || project.madeBy.includes(path) || configuration.readFrom.includes(path);
}
