import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { lacksImport } from './imports.js';
import type { MisreadOption } from './misread-options.js';
import { filesReaching } from './reaching.js';
import { resolutionTo } from './resolution.js';
import { namedBy, readTsconfigs, type Tsconfig, UnreadableProjectError } from './tsconfigs.js';
import { FileSystemRefreshResult, Project, type ts } from './typescript.js';

/** The sources that are judged, and the compiler that has read them. */
export interface SourceProject {
  /** Where its tsconfigs lie; none is inside of another one. */
  readonly folders: readonly string[];
  /** Absolute paths of its tsconfigs, with those that they reference. */
  readonly tsconfigs: readonly string[];
  /** The same, and those that they extend: with another one of these it would be another project. */
  readonly madeBy: readonly string[];
  /** What these say in vain. */
  readonly misread: readonly MisreadOption[];
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  /** What is judged, by name: sources of the project, without declarations and dependencies. */
  readonly files: readonly ts.SourceFile[];
  /** Those of them that get something of flowproof, through whatever they import. In others there can be no flow. */
  readonly flowFiles: readonly ts.SourceFile[];
  /** All that gets something of it, the declarations of packages, too. */
  readonly reaching: readonly ts.SourceFile[];
  /** Reads these files again; whatever did not change is kept. The same project when none of them matters to it. */
  changed(paths: readonly string[]): SourceProject;
}

/**
 * Reads the projects of these tsconfigs and of those that they reference, as one program.
 *
 * @throws UnreadableProjectError when a tsconfig is missing or wrong
 */
export function openProject(paths: readonly string[]): SourceProject {
  const tsconfigs = readTsconfigs(paths);
  const [first, ...others] = tsconfigs;
  if (first === undefined) throw new UnreadableProjectError(`${paths.join(', ')}: no tsconfig here names any sources`);
  const project = new Project({
    tsConfigFilePath: first.path,
    // The compiler finds what is imported; who is judged is said by the tsconfigs alone.
    skipFileDependencyResolution: true,
    compilerOptions: { noEmit: true, skipLibCheck: true, composite: false, incremental: false, ...readBy(tsconfigs) },
    ...(others.length === 0 ? {} : { resolutionHost: resolutionTo(tsconfigs) }),
  });
  for (const { path } of others) project.addSourceFilesFromTsConfig(path);
  return view(project, { paths, tsconfigs }, new Set(tsconfigs.flatMap(({ files }) => files)));
}

/** What the compiler reads at all is what any of the projects has. */
function readBy(tsconfigs: readonly Tsconfig[]): ts.CompilerOptions {
  const having = (name: 'allowJs' | 'checkJs' | 'resolveJsonModule') => tsconfigs.some(({ parsed }) => parsed.options[name] === true);
  const jsx = tsconfigs.find(({ parsed }) => parsed.options.jsx !== undefined)?.parsed.options.jsx;
  return {
    ...(having('allowJs') || having('checkJs') ? { allowJs: true } : {}),
    ...(having('resolveJsonModule') ? { resolveJsonModule: true } : {}),
    ...(jsx === undefined ? {} : { jsx }),
  };
}

interface OpenedBy {
  /** As they were given. */
  readonly paths: readonly string[];
  readonly tsconfigs: readonly Tsconfig[];
}

/** @param roots what the tsconfigs name */
function view(project: Project, by: OpenedBy, roots: ReadonlySet<string>): SourceProject {
  const { tsconfigs } = by;
  const folders = tsconfigs.map(({ path }) => dirname(path).replaceAll('\\', '/'));
  const { compilerObject: program } = project.getProgram();
  const isJudged = (file: ts.SourceFile): boolean => {
    const { fileName, isDeclarationFile } = file;
    if (isDeclarationFile || fileName.endsWith('.json') || fileName.includes('/node_modules/')) return false;
    return roots.has(fileName) || (!program.isSourceFileFromExternalLibrary(file) && folders.some((one) => fileName.startsWith(`${one}/`)));
  };
  const files = program.getSourceFiles().filter(isJudged).sort(byName);
  const reaching = filesReaching(program);
  const self: SourceProject = {
    folders: outermost(folders),
    tsconfigs: tsconfigs.map(({ path }) => path),
    madeBy: [...new Set(tsconfigs.flatMap(({ from }) => from))],
    misread: tsconfigs.flatMap(({ misread }) => misread),
    program,
    checker: program.getTypeChecker(),
    files,
    flowFiles: files.filter((file) => reaching.has(file)),
    reaching: [...reaching],
    changed(paths) {
      const known = paths.map((path) => ({ path, file: project.getSourceFile(path) }));
      const refreshed = known.flatMap(({ file }) => file?.refreshFromFileSystemSync() ?? []);
      const unknown = known.filter(({ path, file }) => file === undefined && IS_CODE.test(path) && existsSync(path));
      const named = unknown.length === 0 ? roots : namedBy(tsconfigs);
      const added = unknown.filter(({ path }) => named.has(path.replaceAll('\\', '/')));
      for (const { path } of added) project.addSourceFileAtPath(path);
      // No tsconfig names it, but who imports it may have been waiting for it.
      if (unknown.length > added.length && files.some((file) => lacksImport(file, program))) return openProject(by.paths);
      const isSame = added.length === 0 && refreshed.every((result) => result === FileSystemRefreshResult.NoChange);
      return isSame ? self : view(project, by, named);
    },
  };
  return self;
}

const IS_CODE = /\.[cm]?[jt]sx?$/;

/** In which order a compiler finds its files depends on what it knew before. */
function byName(a: ts.SourceFile, b: ts.SourceFile): number {
  return a.fileName < b.fileName ? -1 : a.fileName > b.fileName ? 1 : 0;
}

function outermost(folders: readonly string[]): readonly string[] {
  const distinct = [...new Set(folders)];
  return distinct.filter((folder) => !distinct.some((other) => folder.startsWith(`${other}/`)));
}
