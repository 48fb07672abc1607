import { ts } from '../../source/index.js';
import type { Frame } from '../ground/frame.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { isObject } from '../ground/origins.js';
import { unwrapped, walk } from '../ground/syntax.js';
import { type Access, changedIn, isAccess, rootOf } from '../ground/targets.js';
import { Unknown } from '../ground/unknown.js';
import { functionBehind } from './class-methods.js';

/** Functions that are followed from one place: a description of a flow calls fewer. */
const MOST_FOLLOWED = 100;

/**
 * Code that runs an unknown number of times: whatever it changes is unknown from then on, also by functions that it calls, and in
 * what it hands on.
 */
export function forget(node: ts.Node, reason: string, frame: Frame, interpreter: InterpreterState): void {
  const { realm, origins, types } = interpreter;
  const followed = new Set<ts.Node>();
  visit(node, frame.self()?.value);

  function visit(code: ts.Node, self: unknown): void {
    if (followed.has(code) || followed.size >= MOST_FOLLOWED) return;
    followed.add(code);
    walk(code, (inner) => {
      for (const target of changedIn(inner)) lose(target, self);
      if (ts.isCallExpression(inner)) call(inner, self);
    });
  }

  function call({ expression, arguments: given }: ts.CallExpression, self: unknown): void {
    const callee = unwrapped(expression);
    const owner = isAccess(callee) ? held(callee.expression, self) : undefined;
    for (const value of [owner, ...given.map((argument) => held(argument, self))]) {
      const grows = Array.isArray(value) || value instanceof Map || value instanceof Set || value !== owner;
      if (grows && realm.isOwn(value) && typeof value !== 'function') origins.markOpen(value);
    }
    for (const one of [callee, ...given]) {
      const fn = codeOf(one, interpreter);
      if (fn !== undefined) visit(fn, one === callee && isAccess(callee) ? owner : self);
    }
  }

  function lose(target: ts.Expression, self: unknown): void {
    if (isAccess(target)) {
      const owner = held(target.expression, self);
      if (realm.isOwn(owner)) {
        const key = keyWritten(target);
        if (key === undefined || !realm.put(owner, key, lost(target))) origins.markOpen(owner);
        return;
      }
    }
    const root = rootOf(target);
    const symbol = root && types.variableAt(root);
    if (root === undefined || symbol === undefined || isWithin(symbol.valueDeclaration, node)) return;
    const value = frame.find(symbol)?.value;
    if (root !== target && isObject(value) && !(value instanceof Unknown)) {
      origins.markOpen(value);
      return;
    }
    const unknown = lost(root);
    if (!frame.assign(symbol, unknown)) interpreter.write(symbol, unknown);
  }

  function lost(at: ts.Expression): Unknown {
    return new Unknown(reason, at, types.of(at), true);
  }

  /** What is there now, without doing anything for it. */
  function held(expression: ts.Expression, self: unknown): unknown {
    const inner = unwrapped(expression);
    if (inner.kind === ts.SyntaxKind.ThisKeyword) return self;
    if (isAccess(inner)) {
      const owner = held(inner.expression, self);
      const key = keyWritten(inner);
      return key !== undefined && realm.isOwn(owner) ? realm.find(owner, key)?.value : undefined;
    }
    const symbol = ts.isIdentifier(inner) ? types.variableAt(inner) : undefined;
    if (symbol === undefined) return undefined;
    const variable = frame.find(symbol);
    return variable === undefined && isMadeEmpty(interpreter.library.resolve(symbol))
      ? interpreter.read(symbol, inner, frame)
      : variable?.value;
  }
}

function keyWritten(node: Access): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  const key = unwrapped(node.argumentExpression);
  return ts.isStringLiteralLike(key) || ts.isNumericLiteral(key) ? key.text : undefined;
}

/** A variable of a module that is there to be filled. */
function isMadeEmpty({ valueDeclaration }: ts.Symbol): boolean {
  if (valueDeclaration === undefined || !ts.isVariableDeclaration(valueDeclaration) || valueDeclaration.initializer === undefined)
    return false;
  const initial = unwrapped(valueDeclaration.initializer);
  return ts.isArrayLiteralExpression(initial) || ts.isObjectLiteralExpression(initial) || ts.isNewExpression(initial);
}

/** The code of what is called, or handed on to be called. */
function codeOf(expression: ts.Expression, interpreter: InterpreterState): ts.Node | undefined {
  const known = functionBehind(expression, interpreter);
  if (known !== undefined) return bodyOf(known);
  const inner = unwrapped(expression);
  const symbol = isAccess(inner) ? interpreter.types.symbolAt(ts.isPropertyAccessExpression(inner) ? inner.name : inner) : undefined;
  const declaration = symbol?.valueDeclaration;
  if (declaration === undefined) return undefined;
  if (ts.isMethodDeclaration(declaration)) return declaration.body;
  const isField = ts.isPropertyDeclaration(declaration) || ts.isPropertyAssignment(declaration);
  return isField && declaration.initializer !== undefined ? bodyOf(functionBehind(declaration.initializer, interpreter)) : undefined;
}

function bodyOf(fn: ts.SignatureDeclaration | undefined): ts.Node | undefined {
  return fn !== undefined && 'body' in fn ? fn.body : undefined;
}

function isWithin(declaration: ts.Declaration | undefined, node: ts.Node): boolean {
  return (
    declaration !== undefined &&
    declaration.getSourceFile() === node.getSourceFile() &&
    declaration.pos >= node.pos &&
    declaration.end <= node.end
  );
}
