import { relative, sep } from 'node:path';

/** A path as people and other tools read it: relative, with `/`. */
export function shownPath(file: string, folder: string): string {
  const path = relative(folder, file).split(sep).join('/');
  return path === '' ? '.' : path;
}
