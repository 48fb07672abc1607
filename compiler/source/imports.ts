import { ts } from './typescript.js';

/** What the compiler keeps of each file that it reads, and which its types do not tell. */
interface Collected {
  /** All that it imports, in whatever way. */
  readonly imports?: readonly ts.StringLiteralLike[];
  readonly moduleAugmentations?: readonly ts.Node[];
}
interface Resolving {
  getResolvedModuleFromModuleSpecifier?(specifier: ts.StringLiteralLike, file: ts.SourceFile): Resolved | undefined;
}
interface Resolved {
  readonly resolvedModule?: { readonly resolvedFileName: string };
}

/** What a file says in quotes of all that it imports, in whatever way. */
export function specifiersIn(file: ts.SourceFile): readonly ts.StringLiteralLike[] {
  return (file as Collected).imports ?? [];
}

/** Who is imported by a file: what stands in quotes, and the files behind it. */
export interface Imports {
  readonly files: ReadonlySet<string>;
  readonly specifiers: ReadonlyMap<string, readonly string[]>;
  /** Names of files of which it says more than they do themselves. */
  readonly augmented: ReadonlySet<string>;
}

/** What a file imports: it is asked of the compiler, which has resolved it, and nothing is walked through for it. */
export function importsOf(file: ts.SourceFile, program: ts.Program): Imports {
  const files = new Set<string>();
  const { imports = [], moduleAugmentations = [] } = file as Collected;
  const specifiers = new Map(imports.map((specifier) => [specifier.text, filesOf(specifier, file, program)] as const));
  for (const found of specifiers.values()) for (const name of found) files.add(name);
  for (const { fileName } of file.referencedFiles) files.add(ts.resolveTripleslashReference(fileName, file.fileName));
  const augmented = moduleAugmentations.filter(ts.isStringLiteralLike).flatMap((specifier) => filesOf(specifier, file, program));
  return { files, specifiers, augmented: new Set(augmented) };
}

/** Whether a file imports by its path what is not there. */
export function lacksImport(file: ts.SourceFile, program: ts.Program): boolean {
  const { imports = [] } = file as Collected;
  return imports.some((specifier) => specifier.text.startsWith('.') && filesOf(specifier, file, program).length === 0);
}

function filesOf(specifier: ts.StringLiteralLike, file: ts.SourceFile, program: ts.Program): readonly string[] {
  const found = (program as Resolving).getResolvedModuleFromModuleSpecifier?.(specifier, file)?.resolvedModule?.resolvedFileName;
  if (found !== undefined) return [found];
  // What is declared for a name, and is no file.
  return declaring(specifier, program);
}

function declaring(specifier: ts.Node, program: ts.Program): readonly string[] {
  const { declarations = [] } = program.getTypeChecker().getSymbolAtLocation(specifier) ?? {};
  return declarations.map((one) => one.getSourceFile().fileName);
}

/** Whether it declares something for all: a script, or what stands in `declare global`. */
export function declaresForAll(file: ts.SourceFile): boolean {
  return !ts.isExternalModule(file) || file.statements.some((one) => ts.isModuleDeclaration(one) && one.name.text === 'global');
}

/** The same, or something in other modules: what it says holds for files that don't import it, too. */
export function isGlobal(file: ts.SourceFile): boolean {
  return (
    declaresForAll(file) ||
    file.referencedFiles.length > 0 ||
    file.statements.some((one) => ts.isModuleDeclaration(one) && ts.isStringLiteral(one.name))
  );
}
