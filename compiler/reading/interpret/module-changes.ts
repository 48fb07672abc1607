import { ts } from '../../source/index.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { functionAround, isStatic, unwrapped, walk } from '../ground/syntax.js';
import { changedIn, isAccess, rootOf } from '../ground/targets.js';
import { functionBehind } from './class-methods.js';

/** Methods that change what they are called on. */
export const CHANGING: ReadonlySet<string> = new Set([
  ...['push', 'unshift', 'splice', 'pop', 'shift', 'sort', 'reverse', 'fill', 'copyWithin'],
  ...['set', 'add', 'delete', 'clear'],
]);
/** Functions of `Object` and `Reflect` that change what they are given first. */
const CHANGING_FIRST = new Set(['assign', 'defineProperty', 'defineProperties', 'set', 'deleteProperty']);

/** How the variables of a module change. */
export interface Changes {
  /** Whether its own statements change any, also by functions that they call: then it is read in order. */
  readonly atOnce: boolean;
  /** What functions change, or other files, whenever they want to. */
  readonly later: ReadonlySet<ts.Symbol>;
  /** Those of them that get another value, and are not only filled. */
  readonly replaced: ReadonlySet<ts.Symbol>;
}

export function changesIn(file: ts.SourceFile, interpreter: InterpreterState): Changes {
  const { types } = interpreter;
  /** Functions that the statements of the file run. */
  const run = new Set<ts.Node>();
  const atOnce = new Set<ts.Symbol>();
  const later = new Set<ts.Symbol>();
  const replaced = new Set<ts.Symbol>();
  for (const statement of file.statements) visitRun(statement);
  walk(file, (node) => {
    const changed = changedBy(node);
    const fn = changed.length === 0 ? undefined : functionAround(node);
    if (fn === undefined || (run.has(fn) && !isExported(fn, interpreter))) return;
    for (const symbol of changed) {
      later.add(symbol);
      if (!ts.isCallExpression(node) && changedIn(node).some((target) => ts.isIdentifier(target) && types.variableAt(target) === symbol))
        replaced.add(symbol);
    }
  });
  for (const symbol of toBeFilled(file, interpreter)) later.add(symbol);
  return { atOnce: atOnce.size > 0, later, replaced };

  function visitRun(node: ts.Node): void {
    if (ts.isFunctionLike(node) || (ts.isPropertyDeclaration(node) && !isStatic(node))) return;
    for (const symbol of changedBy(node)) atOnce.add(symbol);
    if (ts.isCallExpression(node)) for (const fn of calledBy(node)) follow(fn);
    ts.forEachChild(node, visitRun);
  }

  function follow(fn: ts.SignatureDeclaration): void {
    if (run.has(fn) || fn.getSourceFile() !== file) return;
    run.add(fn);
    if ('body' in fn && fn.body !== undefined) visitRun(fn.body);
  }

  /** What is called, or handed on to be called. */
  function calledBy({ expression, arguments: given }: ts.CallExpression): readonly ts.SignatureDeclaration[] {
    // The methods of a builder call nothing at once, and their types would take long to know.
    const callee = unwrapped(expression);
    const called = isAccess(callee) ? [] : [expression];
    return [...called, ...given].flatMap((one) => (isName(one) || isFunction(one) ? (functionBehind(one, interpreter) ?? []) : []));
  }

  /** Variables of the module that a node changes. */
  function changedBy(node: ts.Node): readonly ts.Symbol[] {
    return [...changedIn(node), ...(ts.isCallExpression(node) ? filledBy(node) : [])].flatMap((target) => variableOf(target) ?? []);
  }

  function variableOf(target: ts.Expression): ts.Symbol | undefined {
    const root = rootOf(target);
    const symbol = root && types.variableAt(root);
    const declaration = symbol?.valueDeclaration;
    return declaration?.getSourceFile() === file && functionAround(declaration) === undefined ? symbol : undefined;
  }

  function filledBy({ expression, arguments: [first] }: ts.CallExpression): readonly ts.Expression[] {
    if (!ts.isPropertyAccessExpression(expression)) return [];
    const { expression: owner, name } = expression;
    if (ts.isIdentifier(owner) && (owner.text === 'Object' || owner.text === 'Reflect'))
      return CHANGING_FIRST.has(name.text) && first !== undefined ? [first] : [];
    // Most of these are `.add` in a chain of calls: there nothing is changed, and its type would take long to know.
    const isCollection = CHANGING.has(name.text) && variableOf(owner) !== undefined && !types.isBuilder(types.of(owner));
    return isCollection ? [owner] : [];
  }
}

function isName(node: ts.Expression): boolean {
  return ts.isIdentifier(unwrapped(node));
}

function isFunction(node: ts.Expression): boolean {
  const inner = unwrapped(node);
  return ts.isArrowFunction(inner) || ts.isFunctionExpression(inner);
}

/** Whether other files may call a function, or a method of its class. */
function isExported(fn: ts.SignatureDeclaration | ts.PropertyDeclaration, { types }: InterpreterState): boolean {
  let outer: ts.Node = fn;
  for (let around = functionAround(fn); around !== undefined; around = functionAround(around)) outer = around;
  const declaration = ts.isClassElement(outer) || ts.isVariableDeclaration(outer.parent) ? outer.parent : outer;
  const name = ts.getNameOfDeclaration(declaration as ts.Declaration);
  const symbol = name && types.symbolAt(name);
  const module = types.symbolAt(fn.getSourceFile());
  if (symbol === undefined || module === undefined) return false;
  return types.checker.getExportsOfModule(module).some((one) => one === symbol || resolved(one) === symbol);

  function resolved(one: ts.Symbol): ts.Symbol {
    return one.flags & ts.SymbolFlags.Alias ? types.checker.getAliasedSymbol(one) : one;
  }
}

/** Whoever exports a list, a map or an object with nothing in it wants others to put something there, unless its type forbids it. */
function toBeFilled(file: ts.SourceFile, { types }: InterpreterState): readonly ts.Symbol[] {
  const module = types.symbolAt(file);
  const exported = module === undefined ? [] : types.checker.getExportsOfModule(module);
  return exported.filter((symbol) => {
    const declaration = symbol.valueDeclaration;
    if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.getSourceFile() !== file) return false;
    const initial = declaration.initializer && unwrapped(declaration.initializer);
    if (initial === undefined || !isEmpty(initial)) return false;
    const type = types.of(declaration);
    return !/^Readonly/.test(type.symbol?.name ?? '') && type.aliasSymbol?.name !== 'Readonly';
  });
}

function isEmpty(initial: ts.Expression): boolean {
  if (ts.isArrayLiteralExpression(initial)) return initial.elements.length === 0;
  if (ts.isObjectLiteralExpression(initial)) return initial.properties.length === 0;
  return ts.isNewExpression(initial) && (initial.arguments?.length ?? 0) === 0 && /^(Map|Set|Array)$/.test(initial.expression.getText());
}
