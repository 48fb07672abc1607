import { importsOf, isGlobal } from './imports.js';
import type { SourceProject } from './project.js';
import type { ts } from './typescript.js';

/** What a change concerns. */
export interface Concerned {
  /** Sources that have changed, and all that import them, however far away. */
  readonly files: readonly ts.SourceFile[];
  /** These, and all that they import. */
  readonly needed: readonly ts.SourceFile[];
}

interface Known {
  readonly file: ts.SourceFile;
  /** Names of the files that it imports. */
  readonly imports: ReadonlySet<string>;
  /** What it declares holds for files that don't import it, too. */
  readonly isGlobal: boolean;
}

/** Who imports whom in a project, and what has changed since it was last asked. */
export class ImportGraph {
  #known = new Map<string, Known>();
  #all = '';

  /**
   * What is to be judged anew since the last time; the first time, everything. A file that comes, goes, or declares
   * something for all concerns everything.
   *
   * @param always files that every change concerns
   */
  concernedIn(project: SourceProject, always: ReadonlySet<string> = new Set()): Concerned {
    const { program, flowFiles: files } = project;
    const all = program.getSourceFiles();
    const names = all
      .map(({ fileName }) => fileName)
      .sort()
      .join('\n');
    const before = this.#known;
    this.#known = new Map();
    const changed: string[] = [];
    for (const file of all) {
      const known = before.get(file.fileName);
      // Where a file has come or gone, what others import may be another one.
      if (known?.file === file && names === this.#all) this.#known.set(file.fileName, known);
      else {
        changed.push(file.fileName);
        this.#known.set(file.fileName, { file, imports: importsOf(file, program).files, isGlobal: isGlobal(file) });
      }
    }
    if (changed.length > 0) changed.push(...[...always].filter((name) => this.#known.has(name)));
    const concerned = closure(changed, this.#importers());
    const everything =
      names !== this.#all ||
      [...concerned].some((name) => before.get(name)?.isGlobal !== false || this.#known.get(name)?.isGlobal !== false);
    this.#all = names;
    if (everything) return { files, needed: files };
    const needed = closure([...concerned], (name) => this.#known.get(name)?.imports ?? []);
    return {
      files: files.filter(({ fileName }) => concerned.has(fileName)),
      needed: files.filter(({ fileName }) => needed.has(fileName)),
    };
  }

  #importers(): (name: string) => Iterable<string> {
    const importers = new Map<string, string[]>();
    for (const [name, { imports }] of this.#known) {
      for (const imported of imports) {
        const list = importers.get(imported);
        if (list === undefined) importers.set(imported, [name]);
        else list.push(name);
      }
    }
    return (name) => importers.get(name) ?? [];
  }
}

/** All that can be reached, the beginnings too. */
function closure(names: readonly string[], next: (name: string) => Iterable<string>): ReadonlySet<string> {
  const reached = new Set(names);
  for (const name of reached) for (const other of next(name)) reached.add(other);
  return reached;
}
