import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';

/** One import, export-from, `import()` or `require()`; types too. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Erased by the compiler: nothing is loaded. */
  readonly typeOnly: boolean;
  /** The imported file, relative to the root, when it is one of this tree. */
  readonly target?: string;
}

export interface SourceText {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Names that code uses, such as `Date.now`; not those in comments and texts. */
  readonly uses: readonly { readonly name: string; readonly line: number }[];
  /** All identifiers, each with the line where it stands first. */
  readonly names: ReadonlyMap<string, number>;
}

/** Globals that make a result depend on more than the arguments. */
const IMPURE = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'console',
  'Date.now',
  'Math.random',
  'performance.now',
  'process.env',
  'process.exit',
  'process.hrtime',
  'crypto.randomUUID',
  'crypto.getRandomValues',
]);

/** All TypeScript files below `root`, with what they import and use. */
export function readSources(root: string): readonly SourceText[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => /\.tsx?$/.test(name))
    .sort()
    .map((path) => readSource(root, path));
}

function readSource(root: string, path: string): SourceText {
  const text = readFileSync(join(root, path), 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const lineOf = (node: ts.Node) => file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
  const imports: Import[] = [];
  const uses: { name: string; line: number }[] = [];
  const names = new Map<string, number>();
  const add = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const target = specifier.text.startsWith('.') ? resolve(root, path, specifier.text) : undefined;
    imports.push({ specifier: specifier.text, line: lineOf(specifier), typeOnly, ...(target === undefined ? {} : { target }) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, isTypeExport(node));
    else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      add(node.moduleReference.expression, node.isTypeOnly);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && isLoad(node.expression)) add(node.arguments[0], false);
    if ((ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) && !names.has(node.text)) names.set(node.text, lineOf(node));
    const used = usedName(node);
    if (used !== undefined && IMPURE.has(used)) uses.push({ name: used, line: lineOf(node) });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { path, lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0), imports, uses, names };
}

function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = importClause.namedBindings;
  if (importClause.name !== undefined || named === undefined || !ts.isNamedImports(named)) return false;
  return named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
}

function isTypeExport({ isTypeOnly, exportClause }: ts.ExportDeclaration): boolean {
  if (isTypeOnly) return true;
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) return false;
  return exportClause.elements.length > 0 && exportClause.elements.every((element) => element.isTypeOnly);
}

function isLoad(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}

function usedName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) return `${node.expression.text}.${node.name.text}`;
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'Date' && !node.arguments?.length) {
    return 'Date.now';
  }
  if (!ts.isIdentifier(node)) return undefined;
  // The name of a property or of a declaration is not the global.
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node && parent.expression.getText() !== 'globalThis') return undefined;
  if ((ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isPropertySignature(parent)) && parent.name === node) {
    return undefined;
  }
  return node.text;
}

function resolve(root: string, from: string, specifier: string): string {
  const path = join(root, dirname(from), specifier);
  const source = ['.ts', '.tsx'].map((ending) => path.replace(/\.js$/, ending)).find(existsSync);
  return relative(root, source ?? path)
    .split(sep)
    .join('/');
}
