import { declaresForAll, importsOf } from './imports.js';
import type { ts } from './typescript.js';

/** The package, and its doors, by what stands in quotes. */
const PACKAGE = /^flowproof(?:$|\/)/;

/**
 * Files that get something of flowproof: they import it, or a file that does, however far away. Where one of these declares
 * something for all, all files do.
 */
export function filesReaching(program: ts.Program): ReadonlySet<ts.SourceFile> {
  const all = program.getSourceFiles();
  /** File → those that have what it has: they import it, or it says more of them. */
  const having = new Map<string, string[]>();
  const add = (from: string, to: string) => {
    const known = having.get(from);
    if (known === undefined) having.set(from, [to]);
    else known.push(to);
  };
  const names: string[] = [];
  for (const file of all) {
    const { files, specifiers, augmented } = importsOf(file, program);
    // Itself too, for those that import it by another name.
    for (const [specifier, found] of specifiers) if (PACKAGE.test(specifier)) names.push(file.fileName, ...found);
    for (const imported of files) add(imported, file.fileName);
    for (const other of augmented) add(file.fileName, other);
  }
  const reached = new Set(names);
  for (const name of reached) for (const other of having.get(name) ?? []) reached.add(other);
  const reaching = all.filter(({ fileName }) => reached.has(fileName));
  return new Set(reaching.some(declaresForAll) ? all : reaching);
}
