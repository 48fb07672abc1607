import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { Project, ts } from './typescript.js';

/** The sources that are judged, and the compiler that has read them. */
export interface SourceProject {
  /** Where its tsconfigs lie; none is inside of another one. */
  readonly folders: readonly string[];
  /** Absolute paths of its tsconfigs, with those that they reference. */
  readonly tsconfigs: readonly string[];
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  /** What is judged, by name: sources of the project, without declarations and dependencies. */
  readonly files: readonly ts.SourceFile[];
  /** Reads these files again; whatever did not change is kept. */
  changed(paths: readonly string[]): SourceProject;
}

/** A project that can't be read at all. */
export class UnreadableProjectError extends Error {
  override name = 'UnreadableProjectError';
}

/**
 * Reads the projects of these tsconfigs and of those that they reference, as one program.
 *
 * @throws UnreadableProjectError when a tsconfig is missing or wrong
 */
export function openProject(tsconfigs: readonly string[]): SourceProject {
  const all = withReferences(tsconfigs);
  const [first = '', ...others] = all;
  for (const path of all) if (!existsSync(path)) throw new UnreadableProjectError(`there is no ${path}`);
  const project = new Project({
    tsConfigFilePath: first,
    // The compiler finds what is imported; who is judged is said by the tsconfigs alone.
    skipFileDependencyResolution: true,
    compilerOptions: { noEmit: true, skipLibCheck: true, composite: false, incremental: false },
  });
  for (const path of others) project.addSourceFilesFromTsConfig(path);
  // Asked once: what the compiler finds later is known to the project, too.
  const roots = new Set(project.getSourceFiles().map((file) => String(file.getFilePath())));
  return view(project, {
    roots,
    tsconfigs: all,
    folders: [...tsconfigs.map((path) => resolve(path)), ...all].map((path) => dirname(path).split(sep).join('/')),
  });
}

interface Own {
  readonly roots: ReadonlySet<string>;
  readonly tsconfigs: readonly string[];
  readonly folders: readonly string[];
}

function view(project: Project, own: Own): SourceProject {
  const { roots, tsconfigs, folders } = own;
  const { compilerObject: program } = project.getProgram();
  const isJudged = (file: ts.SourceFile): boolean => {
    const { fileName, isDeclarationFile } = file;
    if (isDeclarationFile || program.isSourceFileFromExternalLibrary(file) || fileName.includes('/node_modules/')) return false;
    return roots.has(fileName) || folders.some((folder) => fileName.startsWith(`${folder}/`));
  };
  return {
    folders: outermost(folders),
    tsconfigs,
    program,
    checker: program.getTypeChecker(),
    files: program.getSourceFiles().filter(isJudged).sort(byName),
    changed(paths) {
      for (const path of paths) {
        const known = project.getSourceFile(path);
        if (known !== undefined) known.refreshFromFileSystemSync();
        else if (existsSync(path)) project.addSourceFileAtPath(path);
      }
      return view(project, own);
    },
  };
}

/** In which order a compiler finds its files depends on what it knew before. */
function byName(a: ts.SourceFile, b: ts.SourceFile): number {
  return a.fileName < b.fileName ? -1 : a.fileName > b.fileName ? 1 : 0;
}

function outermost(folders: readonly string[]): readonly string[] {
  const unlike = [...new Set(folders)];
  return unlike.filter((folder) => !unlike.some((other) => folder.startsWith(`${other}/`)));
}

/** A tsconfig with references and no files of its own stands for the projects that it names. */
function withReferences(tsconfigs: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const empty = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    if (!existsSync(path)) return;
    const { config, error } = ts.parseConfigFileTextToJson(path, readFileSync(path, 'utf8'));
    if (error !== undefined) throw new UnreadableProjectError(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
    const {
      references = [],
      files,
      include,
    } = (config ?? {}) as {
      references?: readonly { readonly path: string }[];
      files?: readonly string[];
      include?: readonly string[];
    };
    if (references.length > 0 && files?.length === 0 && include === undefined) empty.add(path);
    for (const reference of references) {
      const target = resolve(dirname(path), reference.path);
      visit(target.endsWith('.json') ? target : join(target, 'tsconfig.json'));
    }
  };
  for (const path of tsconfigs) visit(resolve(path));
  return [...found].filter((path) => !empty.has(path));
}
