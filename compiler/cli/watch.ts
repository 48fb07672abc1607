import { watch } from 'node:fs';
import { join, sep } from 'node:path';
import type { SourceProject } from '../source/index.js';
import type { Io } from './io.js';

/** Editors write a file in several steps. */
const QUIET_MS = 50;

/**
 * Calls `again` at once and after each change of a source, until the person stops it.
 *
 * @param again is given the project as it is now, and how long this round takes so far
 */
export async function watched(
  project: SourceProject,
  { clock, signal }: Io,
  again: (project: SourceProject, ms: () => number) => void,
): Promise<void> {
  let now = project;
  const round = (changed: readonly string[]): void => {
    const began = clock.monotonicMs();
    if (changed.length > 0) now = now.changed(changed);
    again(now, () => clock.monotonicMs() - began);
  };
  round([]);
  const changed = new Set<string>();
  let cancel = (): void => {};
  const watchers = project.folders.map((folder) =>
    watch(folder, { recursive: true }, (_, name) => {
      if (name === null || !/\.[cm]?tsx?$/.test(name) || name.split(sep).includes('node_modules')) return;
      changed.add(join(folder, name));
      cancel();
      cancel = clock.after(QUIET_MS, () => {
        const paths = [...changed];
        changed.clear();
        round(paths);
      });
    }),
  );
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  cancel();
  for (const watcher of watchers) watcher.close();
}
