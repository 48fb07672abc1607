import { ts } from '../../source/index.js';
import { Frame } from '../ground/frame.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { isNamespace, Namespace } from '../ground/namespaces.js';
import { isObject } from '../ground/origins.js';
import { functionAround, short, walk } from '../ground/syntax.js';
import { Unknown } from '../ground/unknown.js';
import { exported } from '../library/authoring-calls.js';
import { plainCallsIn } from './classes.js';
import { type Changes, changesIn } from './module-changes.js';
import { bind } from './patterns.js';
import { later } from './variables.js';

/**
 * The variables of modules. Most are constants, which are read when somebody asks. A file that changes its variables is
 * read from its beginning to its end, in order.
 */
export class Modules {
  readonly #interpreter: InterpreterState;
  readonly #outermost = new Frame();
  /** What holds whatever is assumed. */
  readonly #certain = new Map<ts.Symbol, unknown>();
  /** What holds on this path only. */
  #assumed = new Map<ts.Symbol, unknown>();
  readonly #reading = new Set<ts.Symbol>();
  readonly #changes = new Map<ts.SourceFile, Changes>();
  readonly #ordered = new Set<ts.SourceFile>();

  constructor(interpreter: InterpreterState) {
    this.#interpreter = interpreter;
  }

  /** Forgets what was assumed on the last path. */
  anew(): void {
    this.#assumed = new Map();
  }

  read(symbol: ts.Symbol, at: ts.Node): unknown {
    const interpreter = this.#interpreter;
    const name = interpreter.library.nameOf(symbol);
    if (name !== undefined) return exported(name, interpreter) ?? interpreter.unknown(`'${name}' does something only at run time`, at);
    const resolved = interpreter.library.resolve(symbol);
    for (const known of [this.#certain, this.#assumed]) if (known.has(resolved)) return known.get(resolved);
    if (isNamespace(resolved) && !isJson(resolved)) {
      const namespace = interpreter.realm.hand(new Namespace(resolved, interpreter.types.checker));
      this.#certain.set(resolved, namespace);
      return namespace;
    }
    if (this.#reading.has(resolved)) return interpreter.unknown(`'${short(at)}' is needed to know itself`, at);
    this.#reading.add(resolved);
    const before = interpreter.oracle.asked;
    const file = (resolved.valueDeclaration ?? resolved.declarations?.[0])?.getSourceFile().fileName;
    const first = (): unknown => this.#first(resolved, at);
    let value: unknown;
    try {
      value = file === undefined ? first() : interpreter.traces.readFor(file, first);
    } finally {
      this.#reading.delete(resolved);
    }
    if (this.#assumed.has(resolved)) return this.#assumed.get(resolved);
    // An unknown carries the type of the place that asked: it is not kept.
    if (!(value instanceof Unknown)) (interpreter.oracle.asked === before ? this.#certain : this.#assumed).set(resolved, value);
    return value;
  }

  write(symbol: ts.Symbol, value: unknown): void {
    this.#certain.delete(symbol);
    this.#assumed.set(symbol, value);
  }

  /** Whether this file has to be read in order. */
  changes(file: ts.SourceFile): boolean {
    return this.#changesIn(file).atOnce;
  }

  /** Reads such a file from its beginning to its end. */
  readInOrder(file: ts.SourceFile): void {
    if (this.#ordered.has(file)) return;
    this.#ordered.add(file);
    try {
      this.#interpreter.traces.readFor(file.fileName, () => this.#statementsOf(file));
    } finally {
      this.#ordered.delete(file);
    }
    for (const symbol of this.#changesIn(file).later) {
      const value = this.#assumed.get(symbol);
      if (this.#assumed.has(symbol)) this.#assumed.set(symbol, this.#asChangedLater(value, symbol));
    }
  }

  #statementsOf(file: ts.SourceFile): void {
    for (const statement of file.statements) {
      if (ts.isVariableStatement(statement)) {
        for (const declaration of statement.declarationList.declarations) {
          const { name, initializer } = declaration;
          const value =
            initializer === undefined ? later(declaration, this.#interpreter) : this.#interpreter.evaluate(initializer, this.#outermost);
          this.#declare(name, value);
        }
      } else if (ts.isExportAssignment(statement)) this.#interpreter.evaluate(statement.expression, this.#outermost);
      else if (!ts.isFunctionDeclaration(statement) && !ts.isClassDeclaration(statement))
        this.#interpreter.execute([statement], this.#outermost);
    }
  }

  #declare(name: ts.BindingName, value: unknown): void {
    const declared = new Frame();
    bind(name, value, declared, this.#interpreter);
    for (const symbol of symbolsIn(name, this.#interpreter)) this.write(symbol, declared.find(symbol)?.value);
  }

  #first(symbol: ts.Symbol, at: ts.Node): unknown {
    const interpreter = this.#interpreter;
    const declaration = symbol.valueDeclaration ?? symbol.declarations?.[0];
    const unknown = (reason: string) => interpreter.unknown(reason, at);
    if (declaration === undefined) return unknown(`'${short(at)}' is not declared`);
    const file = declaration.getSourceFile();
    const [data] = isJson(symbol) ? file.statements : [];
    if (data !== undefined && ts.isExpressionStatement(data)) return interpreter.evaluate(data.expression, this.#outermost);
    if (file.isDeclarationFile) {
      const native = isGlobal(declaration) ? interpreter.natives.global(symbol.name) : undefined;
      return native ?? unknown(`'${symbol.name}' comes from outside of this project`);
    }
    if (interpreter.library.hides(declaration, at)) return unknown(`'${symbol.name}' is a part of flowproof`);
    if (ts.isFunctionDeclaration(declaration)) {
      const body = symbol.declarations?.find(
        (one): one is ts.FunctionDeclaration => ts.isFunctionDeclaration(one) && one.body !== undefined,
      );
      return body === undefined
        ? unknown(`'${symbol.name}' comes from outside of this project`)
        : interpreter.functionOf(body, this.#outermost);
    }
    if (ts.isClassLike(declaration)) return this.#classOf(declaration);
    if (ts.isEnumMember(declaration))
      return interpreter.types.checker.getConstantValue(declaration) ?? unknown(`'${symbol.name}' is computed`);
    if (ts.isExportAssignment(declaration)) return interpreter.evaluate(declaration.expression, this.#outermost);
    if (ts.isParameter(declaration) || functionAround(declaration) !== undefined)
      return unknown(`'${short(at)}' is known only at run time`);
    if (ts.isVariableDeclaration(declaration)) return this.#variable(symbol, declaration, file, at);
    if (ts.isBindingElement(declaration)) return this.#bound(symbol, declaration, at);
    return unknown(`'${symbol.name}' is known only at run time`);
  }

  #variable(symbol: ts.Symbol, declaration: ts.VariableDeclaration, file: ts.SourceFile, at: ts.Node): unknown {
    if (this.changes(file) && !this.#ordered.has(file)) {
      this.readInOrder(file);
      if (this.#assumed.has(symbol)) return this.#assumed.get(symbol);
    }
    if (declaration.initializer === undefined) return this.#interpreter.unknown(`'${symbol.name}' gets its value at run time`, at);
    const value = this.#interpreter.evaluate(declaration.initializer, this.#outermost);
    const isChanged = !this.#ordered.has(file) && this.#changesIn(file).later.has(symbol);
    return isChanged ? this.#asChangedLater(value, symbol) : value;
  }

  /** What functions change that are called at unknown times, or by other files. */
  #asChangedLater(value: unknown, symbol: ts.Symbol): unknown {
    const { origins, realm, types } = this.#interpreter;
    const at = symbol.valueDeclaration;
    const isFilled = isObject(value) && !(at !== undefined && this.#changesIn(at.getSourceFile()).replaced.has(symbol));
    if (isFilled || at === undefined) {
      if (realm.isOwn(value)) origins.markOpen(value);
      return value;
    }
    return new Unknown(`'${symbol.name}' is changed by functions that are called at run time`, at, types.of(at), true);
  }

  #bound(symbol: ts.Symbol, element: ts.BindingElement, at: ts.Node): unknown {
    let pattern: ts.Node = element;
    while (!ts.isVariableDeclaration(pattern)) {
      if (pattern.parent === undefined) return this.#interpreter.unknown(`'${symbol.name}' is known only at run time`, at);
      pattern = pattern.parent;
    }
    if (pattern.initializer === undefined) return this.#interpreter.unknown(`'${symbol.name}' is known only at run time`, at);
    const frame = new Frame();
    bind(pattern.name, this.#interpreter.evaluate(pattern.initializer, this.#outermost), frame, this.#interpreter);
    return frame.find(symbol)?.value;
  }

  #classOf(node: ts.ClassLikeDeclaration): unknown {
    const made = this.#interpreter.classOf(node, this.#outermost);
    const symbol = node.name && this.#interpreter.types.symbolAt(node.name);
    if (symbol === undefined) return made;
    // The plain calls of `Task` name the class: it must be known before they are read.
    this.#certain.set(symbol, made);
    for (const call of plainCallsIn(node.getSourceFile(), this.#interpreter.library)) {
      const [target] = call.arguments;
      if (target !== undefined && this.#interpreter.types.symbolAt(target) === symbol) this.#interpreter.call(call, this.#outermost);
    }
    return made;
  }

  #changesIn(file: ts.SourceFile): Changes {
    const known = this.#changes.get(file) ?? changesIn(file, this.#interpreter);
    this.#changes.set(file, known);
    return known;
  }
}

/** What a file of data says. */
function isJson({ valueDeclaration }: ts.Symbol): boolean {
  return valueDeclaration?.getSourceFile().fileName.endsWith('.json') === true;
}

/** Declared for all, and not by a module or in a namespace. */
function isGlobal(declaration: ts.Declaration): boolean {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return statement.parent !== undefined && ts.isSourceFile(statement.parent) && !ts.isExternalModule(statement.parent);
}

function symbolsIn(name: ts.BindingName, interpreter: InterpreterState): readonly ts.Symbol[] {
  const symbols: ts.Symbol[] = [];
  walk(name, (node) => {
    const symbol = ts.isIdentifier(node) ? interpreter.types.symbolAt(node) : undefined;
    if (symbol !== undefined) symbols.push(symbol);
  });
  return symbols;
}
