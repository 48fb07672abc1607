import { specifiersIn, ts } from '../../source/index.js';
import { unwrapped } from './syntax.js';

/** The package by whose exports flows are recognised, whatever they are called where they are used. */
const PACKAGE = 'flowproof';

/** Knows which symbols are exports of flowproof: by what they resolve to, not by their names. */
export class Library {
  readonly #checker: ts.TypeChecker;
  readonly #names = new Map<ts.Symbol, string>();
  readonly #modules: ReadonlySet<ts.Symbol>;
  /** Folders of its sources, where these are read instead of declarations. */
  readonly #sources: readonly string[];
  /** Constants that were asked about. */
  readonly #constants = new Map<ts.Symbol, string | undefined>();
  /** Whether any file imports it. */
  readonly isImported: boolean;

  constructor(checker: ts.TypeChecker, files: readonly ts.SourceFile[]) {
    this.#checker = checker;
    this.#modules = new Set(files.flatMap((file) => this.#modulesIn(file)));
    for (const module of this.#modules) {
      for (const exported of checker.getExportsOfModule(module)) this.#names.set(this.resolve(exported), exported.name);
    }
    this.#sources = [...this.#modules].flatMap(({ declarations = [] }) =>
      declarations.flatMap((one) => (one.getSourceFile().isDeclarationFile ? [] : [folderOf(one.getSourceFile())])),
    );
    this.isImported = this.#modules.size > 0;
  }

  /**
   * Whether a declaration is in the sources of flowproof itself, and who asks is not: how it does what it does is as little
   * read as where it is installed.
   */
  hides(declaration: ts.Node, from: ts.Node): boolean {
    const [at, asks] = [declaration, from].map((node) => node.getSourceFile().fileName);
    return this.#sources.some((folder) => at?.startsWith(folder) === true && asks?.startsWith(folder) !== true);
  }

  /** The symbol behind imports and re-exports. */
  resolve(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  /** The exports of flowproof with this name; several where several copies are installed. */
  exported(name: string): readonly ts.Symbol[] {
    return [...this.#names].flatMap(([symbol, known]) => (known === name ? [symbol] : []));
  }

  /** The export of flowproof that this is, also by a constant that holds it: `const { graph } = fp`. */
  nameOf(symbol: ts.Symbol | undefined): string | undefined {
    if (symbol === undefined) return undefined;
    const resolved = this.resolve(symbol);
    return this.#names.get(resolved) ?? this.#heldBy(resolved);
  }

  #heldBy(constant: ts.Symbol): string | undefined {
    const declaration = constant.valueDeclaration;
    if (declaration === undefined || !(ts.isBindingElement(declaration) || ts.isVariableDeclaration(declaration))) return undefined;
    if (this.#constants.has(constant)) return this.#constants.get(constant);
    // What needs itself to be known is nothing of flowproof.
    this.#constants.set(constant, undefined);
    const name = isConstant(declaration) ? this.#heldIn(declaration) : undefined;
    this.#constants.set(constant, name);
    return name;
  }

  #heldIn(declaration: ts.BindingElement | ts.VariableDeclaration): string | undefined {
    if (ts.isVariableDeclaration(declaration)) {
      const initial = declaration.initializer && unwrapped(declaration.initializer);
      return initial !== undefined && (ts.isIdentifier(initial) || ts.isPropertyAccessExpression(initial))
        ? this.calledIn(initial)
        : undefined;
    }
    const { parent, propertyName, name } = declaration;
    const key = propertyName ?? name;
    if (!ts.isObjectBindingPattern(parent) || !ts.isVariableDeclaration(parent.parent) || !ts.isIdentifier(key)) return undefined;
    const { initializer } = parent.parent;
    const module = initializer && this.#moduleIn(unwrapped(initializer));
    const exported = module && this.#checker.getExportsOfModule(module).find((one) => one.name === key.text);
    return exported && this.#names.get(this.resolve(exported));
  }

  /** The module of flowproof that an expression is. */
  #moduleIn(expression: ts.Expression): ts.Symbol | undefined {
    const inner = ts.isAwaitExpression(expression) ? unwrapped(expression.expression) : expression;
    const [specifier] = ts.isCallExpression(inner) && isImport(inner) ? inner.arguments : [];
    const symbol = this.#checker.getSymbolAtLocation(specifier ?? inner);
    const module = symbol && this.resolve(symbol);
    return module !== undefined && this.#modules.has(module) ? module : undefined;
  }

  /** The same of an expression: `linear`, `fp.linear`, or whatever it was renamed to. */
  calledIn(expression: ts.Expression): string | undefined {
    // No call gives the package. To know what a long chain of calls gives takes the compiler longer than anything else here.
    if (ts.isPropertyAccessExpression(expression) && ts.isCallExpression(unwrapped(expression.expression))) return undefined;
    const name = ts.isPropertyAccessExpression(expression) ? expression.name : expression;
    return this.nameOf(this.#checker.getSymbolAtLocation(name));
  }

  #modulesIn(file: ts.SourceFile): ts.Symbol[] {
    return specifiersIn(file).flatMap((specifier) =>
      specifier.text === PACKAGE ? (this.#checker.getSymbolAtLocation(specifier) ?? []) : [],
    );
  }
}

function folderOf({ fileName }: ts.SourceFile): string {
  return fileName.slice(0, fileName.lastIndexOf('/') + 1);
}

function isConstant(declaration: ts.BindingElement | ts.VariableDeclaration): boolean {
  return (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
}

function isImport({ expression }: ts.CallExpression): boolean {
  return expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require');
}
