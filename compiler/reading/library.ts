import { ts } from '../source/index.js';
import { unwrapped } from './syntax.js';

/** The package by whose exports flows are recognised, whatever they are called where they are used. */
const PACKAGE = 'flowproof';

/** Knows which symbols are exports of flowproof: by what they resolve to, not by their names. */
export class Library {
  readonly #checker: ts.TypeChecker;
  readonly #names = new Map<ts.Symbol, string>();
  /** Whether any file imports it. */
  readonly isImported: boolean;

  constructor(checker: ts.TypeChecker, files: readonly ts.SourceFile[]) {
    this.#checker = checker;
    const modules = new Set(files.flatMap((file) => this.#modulesIn(file)));
    for (const module of modules) {
      for (const exported of checker.getExportsOfModule(module)) this.#names.set(this.resolve(exported), exported.name);
    }
    this.isImported = modules.size > 0;
  }

  /** The symbol behind imports and re-exports. */
  resolve(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  /** The exports of flowproof with this name; several where several copies are installed. */
  exported(name: string): readonly ts.Symbol[] {
    return [...this.#names].flatMap(([symbol, known]) => (known === name ? [symbol] : []));
  }

  /** The export of flowproof that this is. */
  nameOf(symbol: ts.Symbol | undefined): string | undefined {
    return symbol === undefined ? undefined : this.#names.get(this.resolve(symbol));
  }

  /** The same of an expression: `linear`, `fp.linear`, or whatever it was renamed to. */
  calledIn(expression: ts.Expression): string | undefined {
    // No call gives the package. To know what a long chain of calls gives takes the compiler longer than anything else here.
    if (ts.isPropertyAccessExpression(expression) && ts.isCallExpression(unwrapped(expression.expression))) return undefined;
    const name = ts.isPropertyAccessExpression(expression) ? expression.name : expression;
    return this.nameOf(this.#checker.getSymbolAtLocation(name));
  }

  #modulesIn(file: ts.SourceFile): ts.Symbol[] {
    return file.statements.flatMap((statement) => {
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
      const { moduleSpecifier } = statement;
      if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier) || moduleSpecifier.text !== PACKAGE) return [];
      return this.#checker.getSymbolAtLocation(moduleSpecifier) ?? [];
    });
  }
}
