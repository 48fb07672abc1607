import { existsSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { emittedFiles, type SourceProject, type ts } from '../source/index.js';

/** Folder of sources → folder of what is built of them; absolute paths. */
export type BuiltFolders = Readonly<Record<string, string>>;

/** Knows which JavaScript belongs to which source. */
export interface Modules {
  /** What there is to load for a source; `undefined`: nothing says where it would be. */
  of(source: string): { readonly javascript: string; readonly exists: boolean } | undefined;
  /** The source behind a file of JavaScript. */
  sourceOf(javascript: string): ts.SourceFile | undefined;
  /** Whether it was built before its source was changed. */
  isOld(source: string, javascript: string): boolean;
}

/** By what the configuration says, else by what the tsconfigs emit. */
export function modulesOf(project: SourceProject, built: BuiltFolders): Modules {
  const emitted = emittedFiles(project.tsconfigs);
  const sources = new Map<string, ts.SourceFile>();
  const path = (source: string) => configured(source, built) ?? emitted.get(source) ?? (isJavaScript(source) ? source : undefined);
  for (const file of project.files) {
    const javascript = path(file.fileName);
    if (javascript !== undefined && existsSync(javascript)) sources.set(plain(realpathSync(javascript)), file);
  }
  return {
    of(source) {
      const javascript = path(source);
      return javascript === undefined ? undefined : { javascript, exists: existsSync(javascript) };
    },
    sourceOf: (javascript) => sources.get(plain(existsSync(javascript) ? realpathSync(javascript) : javascript)),
    isOld: (source, javascript) => statSync(javascript).mtimeMs < statSync(source).mtimeMs,
  };
}

function configured(source: string, built: BuiltFolders): string | undefined {
  const folders = Object.keys(built).filter((folder) => plain(source).startsWith(`${plain(folder)}/`));
  const [nearest] = folders.sort((a, b) => b.length - a.length);
  if (nearest === undefined) return undefined;
  return join(built[nearest] ?? nearest, source.slice(nearest.length)).replace(/\.([cm]?)[jt]sx?$/, '.$1js');
}

function isJavaScript(source: string): boolean {
  return /\.[cm]?js$/.test(source);
}

function plain(path: string): string {
  return path.split('\\').join('/');
}
