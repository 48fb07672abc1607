import { existsSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { type MisreadOption, misreadIn } from './misread-options.js';
import { ts } from './typescript.js';

/** A project that can't be read at all. */
export class UnreadableProjectError extends Error {
  override name = 'UnreadableProjectError';
}

/** What a tsconfig says. */
export interface Tsconfig {
  /** Absolute. */
  readonly path: string;
  /** Sources that it names. */
  readonly files: readonly string[];
  readonly parsed: ts.ParsedCommandLine;
  /** Files that it is made of: itself, and those that it extends. */
  readonly from: readonly string[];
  readonly misread: readonly MisreadOption[];
}

/**
 * Reads tsconfigs and those that they reference. One with references and no files of its own stands for the projects that
 * it names.
 *
 * @throws UnreadableProjectError with the file and line, when one is missing or can't be understood
 */
export function readTsconfigs(paths: readonly string[]): readonly Tsconfig[] {
  const found = new Map<string, Tsconfig | undefined>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    if (!existsSync(path)) throw new UnreadableProjectError(`there is no ${path}`);
    found.set(path, undefined);
    const read = readTsconfig(path);
    const { projectReferences = [], raw } = read.parsed;
    const { files, include } = (raw ?? {}) as { readonly files?: readonly unknown[]; readonly include?: unknown };
    const isEmpty = projectReferences.length > 0 && files?.length === 0 && include === undefined;
    if (!isEmpty) found.set(path, read);
    for (const reference of projectReferences) visit(resolve(ts.resolveProjectReferencePath(reference)));
  };
  for (const path of paths) {
    const absolute = resolve(path);
    visit(absolute.endsWith('.json') ? absolute : join(absolute, 'tsconfig.json'));
  }
  return [...found.values()].flatMap((read) => read ?? []);
}

/** Sources that were named by no tsconfig before may be named now. */
export function namedBy(tsconfigs: readonly Tsconfig[]): ReadonlySet<string> {
  return new Set(tsconfigs.flatMap(({ path }) => readTsconfig(path).files));
}

function readTsconfig(path: string): Tsconfig {
  const from = new Set<string>();
  const fatal: ts.Diagnostic[] = [];
  const host: ts.ParseConfigFileHost = {
    ...ts.sys,
    readFile(file) {
      from.add(resolve(file));
      return ts.sys.readFile(file);
    },
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => fatal.push(diagnostic),
  };
  const parsed = ts.getParsedCommandLineOfConfigFile(path, {}, host);
  const diagnostics = parsed === undefined ? [] : ts.getConfigFileParsingDiagnostics(parsed);
  const [wrong] = [...fatal, ...diagnostics.filter(isFatal)];
  if (wrong !== undefined || parsed === undefined) throw new UnreadableProjectError(messageOf(wrong, path));
  return {
    path,
    files: parsed.fileNames.map((name) => name.split(sep).join('/')),
    parsed,
    from: [...from],
    misread: misreadIn(diagnostics),
  };
}

/** Options that this compiler does not know may be those of another version; whatever names a file, or can't be parsed, is wrong. */
const FATAL_CODES: ReadonlySet<number> = new Set([
  // A file is not found, can't be read, or extends itself.
  ...[5012, 5058, 5081, 5083, 6053, 6096, 18000],
]);

function isFatal({ code, category }: ts.Diagnostic): boolean {
  return category === ts.DiagnosticCategory.Error && (code < 2000 || FATAL_CODES.has(code));
}

function messageOf(diagnostic: ts.Diagnostic | undefined, path: string): string {
  if (diagnostic === undefined) return `${path} can't be read`;
  const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ');
  const { file, start } = diagnostic;
  if (file === undefined || start === undefined) return `${path}: ${message}`;
  const { line, character } = ts.getLineAndCharacterOfPosition(file, start);
  return `${file.fileName}:${line + 1}:${character + 1}: ${message}`;
}
