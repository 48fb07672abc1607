import { ts } from '../../source/index.js';
import { Frame } from '../ground/frame.js';
import { functionAround, isStatic, unwrapped, walk } from '../ground/syntax.js';
import { CannotKnow, Thrown, Unknown } from '../ground/unknown.js';
import { CALLING } from '../interpret/calls.js';
import { givenTo, sketchOf } from '../interpret/instances.js';
import type { Interpreter } from '../interpret/interpreter.js';

/**
 * Reads all flows of these files: those of modules, those that their functions make when modules call them, and then
 * those of functions that are not called so, with parameters of which only the types are known.
 */
export function readRoots(files: readonly ts.SourceFile[], interpreter: Interpreter): void {
  const { builds, starts } = rootsOf(files, interpreter);
  for (const start of starts) readStart(start, interpreter);
  for (const build of builds) if (!interpreter.traces.isVisited(build)) readUncalled(build, interpreter);
  for (const build of builds) if (!interpreter.traces.isVisited(build)) noteUnfollowed(build, interpreter);
}

export interface Roots {
  /** Calls of `.build()` that make flows, or may; of `flowproof(…)`, which is given some; and of `factory(…)`, which names some. */
  readonly builds: readonly ts.CallExpression[];
  /** These, and calls of functions that make flows. */
  readonly starts: readonly ts.CallExpression[];
}

/** Where the flows of files begin to be read; the files that these import must be among them. */
export function rootsOf(files: readonly ts.SourceFile[], interpreter: Interpreter): Roots {
  const { builds, calls } = surveyed(files, interpreter);
  const making = makersOf(builds, calls, interpreter);
  return { builds, starts: [...builds, ...[...making].flatMap((maker) => calls.get(maker) ?? [])] };
}

/** What stands in a module itself is read for its file. */
export function readStart(start: ts.CallExpression, interpreter: Interpreter): void {
  const around = functionAround(start);
  interpreter.traces.readFor(start.getSourceFile().fileName, () => {
    if (around === undefined) readAtModule(start, interpreter);
    else if (ts.isPropertyDeclaration(around)) attempt(start, () => sketchOf(around.parent, interpreter), interpreter);
  });
}

/** A flow in a function that is called nowhere in a way that its flow could be followed. */
export function readUncalled(build: ts.CallExpression, interpreter: Interpreter): void {
  interpreter.traces.readFor(uncalledKey(build), () => readFunctionAround(build, interpreter));
}

/** Who owns what is read so. */
export function uncalledKey(build: ts.CallExpression): string {
  return `${build.getSourceFile().fileName}:${build.end}`;
}

export function noteUnfollowed(build: ts.CallExpression, interpreter: Interpreter): void {
  noteUnread(build, new Unknown('it could not be followed to here', build, undefined), interpreter);
}

/** Files in which flows are built, or that import a function which builds one: to load them is to see all flows of modules. */
export function filesWithFlows(files: readonly ts.SourceFile[], interpreter: Interpreter): readonly ts.SourceFile[] {
  const { builds, calls } = surveyed(files, interpreter);
  const makers = makersOf(builds, calls, interpreter);
  const building = new Set(builds.map((build) => build.getSourceFile()));
  const imports = (name: ts.Node): boolean => {
    const symbol = interpreter.types.symbolAt(name);
    return symbol !== undefined && makers.has(interpreter.library.resolve(symbol));
  };
  return files.filter((file) => building.has(file) || importedNames(file).some(imports));
}

function importedNames(file: ts.SourceFile): readonly ts.Identifier[] {
  return file.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || statement.importClause === undefined) return [];
    const { name, namedBindings } = statement.importClause;
    const named = namedBindings !== undefined && ts.isNamedImports(namedBindings) ? namedBindings.elements.map((one) => one.name) : [];
    return name === undefined ? named : [name, ...named];
  });
}

interface Survey {
  readonly builds: readonly ts.CallExpression[];
  readonly calls: ReadonlyMap<ts.Symbol, readonly ts.CallExpression[]>;
}

function surveyed(files: readonly ts.SourceFile[], interpreter: Interpreter): Survey {
  const { library } = interpreter;
  const builds: ts.CallExpression[] = [];
  const calls = new Map<ts.Symbol, ts.CallExpression[]>();
  const chained = new Set<ts.Expression>();
  for (const file of files) {
    walk(file, (node) => {
      if (!ts.isCallExpression(node)) return;
      const callee = unwrapped(node.expression);
      if (ts.isPropertyAccessExpression(callee)) {
        const isOfFlow = chained.has(node) || beginsFlow(callee.expression, interpreter);
        if (callee.name.text === 'build' && (isOfFlow || givesFlow(node, interpreter) || isAnything(node, interpreter))) builds.push(node);
        // A builder's own methods are not functions of the project.
        if (isOfFlow) {
          chained.add(unwrapped(callee.expression));
          return;
        }
      }
      const symbol = calledBy(callee, interpreter);
      if (symbol === undefined) return;
      if (isRead(library.nameOf(symbol))) builds.push(node);
      const resolved = asDeclared(library.resolve(symbol), interpreter);
      const known = calls.get(resolved);
      if (known === undefined) calls.set(resolved, [node]);
      else known.push(node);
    });
  }
  return { builds, calls };
}

function givesFlow(build: ts.CallExpression, { types }: Interpreter): boolean {
  return types.brand(types.of(build))?.kind === 'flow';
}

/** The type `any` hides what is built: it is read as far as it goes, and nothing is said of it if that is no flow. */
function isAnything(build: ts.CallExpression, { types }: Interpreter): boolean {
  return types.isAny(types.of(build));
}

/** What is called, also as `make.call(self)`. */
function calledBy(callee: ts.Expression, { types }: Interpreter): ts.Symbol | undefined {
  if (!ts.isPropertyAccessExpression(callee)) return types.symbolAt(callee);
  const { expression, name } = callee;
  return types.symbolAt(CALLING.has(name.text) && ts.isIdentifier(expression) ? expression : name);
}

/**
 * Whether a chain of calls begins with a builder of flowproof, through constants too. Asked before its type is: to know
 * the types of a long flow takes the compiler longer than anything else here.
 */
function beginsFlow(chain: ts.Expression, interpreter: Interpreter, seen: ReadonlySet<ts.Symbol> = new Set()): boolean {
  const { types, library } = interpreter;
  let at = unwrapped(chain);
  while (ts.isCallExpression(at) || ts.isPropertyAccessExpression(at)) {
    if (ts.isPropertyAccessExpression(at) && isBeginning(library.calledIn(at))) return true;
    at = unwrapped(at.expression);
  }
  if (ts.isConditionalExpression(at)) return beginsFlow(at.whenTrue, interpreter, seen) || beginsFlow(at.whenFalse, interpreter, seen);
  const symbol = ts.isIdentifier(at) ? types.symbolAt(at) : undefined;
  if (symbol === undefined || seen.has(symbol)) return false;
  if (isBeginning(library.nameOf(symbol))) return true;
  const declaration = library.resolve(symbol).valueDeclaration;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return false;
  return beginsFlow(declaration.initializer, interpreter, new Set([...seen, symbol]));
}

/** Beside flows themselves. */
function isRead(name: string | undefined): boolean {
  return name === 'flowproof' || name === 'factory';
}

function isBeginning(name: string | undefined): boolean {
  return name === 'linear' || name === 'unordered' || name === 'graph';
}

/** Functions that make flows, also by calling other ones. */
function makersOf(builds: readonly ts.CallExpression[], calls: Survey['calls'], interpreter: Interpreter): ReadonlySet<ts.Symbol> {
  const makers = new Set<ts.Symbol>();
  const visit = (node: ts.Node): void => {
    const around = functionAround(node);
    const symbol = around && symbolOf(around, interpreter);
    if (around !== undefined && symbol === undefined) visit(around);
    if (symbol === undefined || makers.has(symbol)) return;
    makers.add(symbol);
    for (const call of calls.get(symbol) ?? []) visit(call);
  };
  for (const build of builds) visit(build);
  return makers;
}

function symbolOf(fn: ts.SignatureDeclaration | ts.PropertyDeclaration, interpreter: Interpreter): ts.Symbol | undefined {
  if (fn.name !== undefined) return interpreter.types.symbolAt(fn.name);
  const { parent } = fn;
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) ? interpreter.types.symbolAt(parent.name) : undefined;
}

/** A method of a class that speaks of its own type is another symbol for each type: this is the one that it was declared with. */
function asDeclared(symbol: ts.Symbol, interpreter: Interpreter): ts.Symbol {
  const { valueDeclaration } = symbol;
  const isMember = valueDeclaration !== undefined && ts.isClassElement(valueDeclaration) && valueDeclaration.name !== undefined;
  return (isMember && interpreter.types.symbolAt(valueDeclaration.name as ts.Node)) || symbol;
}

/** By its statement: what a constant holds is read once for all who read it. */
function readAtModule(start: ts.CallExpression, interpreter: Interpreter): void {
  const file = start.getSourceFile();
  let statement: ts.Node = start;
  let variable: ts.VariableDeclaration | undefined;
  while (statement.parent !== file && statement.parent !== undefined) {
    statement = statement.parent;
    if (ts.isVariableDeclaration(statement)) variable = statement;
  }
  const read = () => {
    if (interpreter.modules.changes(file)) interpreter.modules.readInOrder(file);
    else if (variable !== undefined && ts.isIdentifier(variable.name)) {
      const symbol = interpreter.types.symbolAt(variable.name);
      if (symbol !== undefined) interpreter.modules.read(symbol, variable.name);
    } else if (ts.isExpressionStatement(statement)) interpreter.evaluate(statement.expression, new Frame());
    else if (ts.isExportAssignment(statement)) interpreter.evaluate(statement.expression, new Frame());
    else interpreter.evaluate(start, new Frame());
  };
  attempt(start, read, interpreter);
}

function readAlone(start: ts.CallExpression, interpreter: Interpreter): void {
  attempt(start, () => interpreter.evaluate(start, new Frame()), interpreter);
}

/** The outermost function first: the inner ones may be called by it. */
function readFunctionAround(build: ts.CallExpression, interpreter: Interpreter): void {
  const owner = uncalledKey(build);
  const visited = (): boolean => interpreter.traces.visitedBy(owner).includes(build);
  const around: ts.SignatureDeclaration[] = [];
  for (let fn = functionAround(build); fn !== undefined; fn = functionAround(fn)) if (ts.isFunctionLike(fn)) around.unshift(fn);
  for (const fn of around) {
    if (visited()) return;
    attempt(build, () => callAlone(fn, interpreter), interpreter);
  }
  if (!visited()) readAlone(build, interpreter);
}

/** A method is called on an object of its class. */
function callAlone(fn: ts.SignatureDeclaration, interpreter: Interpreter): void {
  if (ts.isConstructorDeclaration(fn)) sketchOf(fn.parent, interpreter);
  else {
    const member = ts.isClassElement(fn) ? fn : functionAround(fn);
    const around = member !== undefined && ts.isClassElement(member) && ts.isClassLike(member.parent) ? member.parent : undefined;
    const self = around === undefined || (ts.isClassElement(fn) && isStatic(fn)) ? undefined : { value: selfOf(around, interpreter) };
    Reflect.apply(interpreter.functionOf(fn, new Frame(undefined, self)), self?.value, givenTo(fn, interpreter) as unknown[]);
  }
}

/** Where its constructor can't be read to its end, nothing is known of it. */
function selfOf(node: ts.ClassLikeDeclaration, interpreter: Interpreter): unknown {
  try {
    return sketchOf(node, interpreter);
  } catch (error) {
    if (!(error instanceof CannotKnow || error instanceof Thrown)) throw error;
    return new Unknown(`'${node.name?.text ?? 'a class'}' can't be read to its end`, node, interpreter.types.of(node));
  }
}

function attempt(start: ts.CallExpression, read: () => void, interpreter: Interpreter): void {
  const all = interpreter.allPaths(start, read, (why) => noteUnread(start, why, interpreter));
  if (!all) noteUnread(start, new Unknown('it depends on more conditions than can be followed', start, undefined), interpreter);
}

function noteUnread(at: ts.CallExpression, unknown: Unknown, interpreter: Interpreter): void {
  // Of an app or a factory of which nothing is known there is nothing to be said.
  if (isRead(interpreter.library.calledIn(at.expression))) return;
  const callee = unwrapped(at.expression);
  const builds = ts.isPropertyAccessExpression(callee) && callee.name.text === 'build';
  if (builds && !beginsFlow(callee.expression, interpreter) && isAnything(at, interpreter)) return;
  interpreter.traces.noteUnread(at, { unknown, hidesNames: true });
}
