import { taskDefinitionOf } from '#authoring';
import { ts } from '../../source/index.js';
import { Frame } from '../ground/frame.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { isStatic, unwrapped, walk } from '../ground/syntax.js';
import { CannotKnow, Thrown, Unknown } from '../ground/unknown.js';
import { placeholder } from '../library/known-options.js';
import { ClassMark, decorate } from '../library/tasks.js';
import { keyOf } from './literals.js';
import { later } from './variables.js';

/**
 * Stands for a class: it has its name, its base and its methods, and what its decorators make of it. Its constructor does
 * nothing, so that what is called of an instance is a method here, also where it is written as a field.
 */
export function classOf(node: ts.ClassLikeDeclaration, around: Frame, interpreter: InterpreterState): object {
  const frame = new Frame(around);
  const heritage = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
  const base: unknown = heritage === undefined ? undefined : interpreter.evaluate(heritage.expression, frame);
  const { realm, origins } = interpreter;
  const known = realm.isOwn(base) && isClass(base, origins);
  const made = known ? class extends (base as new () => object) {} : class {};
  Object.defineProperty(made, 'name', { value: node.name?.text ?? '', configurable: true });
  realm.own(realm.own(made).prototype);
  origins.set(made, node);
  const symbol = node.name && interpreter.types.symbolAt(node.name);
  // Its members speak of it by name before it is made.
  if (symbol !== undefined) frame.declare(symbol, made);
  // What it inherits from sources that are not read is unknown.
  if ((heritage !== undefined && !known) || (known && origins.isOpen(base.prototype))) {
    origins.markOpen(made);
    origins.markOpen(made.prototype);
  }
  for (const member of node.members) {
    if (ts.isMethodDeclaration(member) && member.body !== undefined) {
      const key = keyOf(member.name, frame, interpreter);
      const owner: object = isStatic(member) ? made : made.prototype;
      if (key !== undefined) define(owner, key, { value: interpreter.functionOf(member, frame), writable: true }, interpreter);
    } else if (ts.isAccessor(member)) {
      const key = keyOf(member.name, frame, interpreter);
      const part = ts.isGetAccessorDeclaration(member) ? 'get' : 'set';
      if (key !== undefined)
        define(isStatic(member) ? made : made.prototype, key, { [part]: interpreter.functionOf(member, frame) }, interpreter);
    } else if (ts.isPropertyDeclaration(member)) {
      if (isStatic(member)) addStatic(made, member, frame, interpreter);
      else addField(made, member, frame, interpreter);
    }
  }
  for (const member of node.members) if (ts.isClassStaticBlockDeclaration(member)) runStatic(made, member, frame, interpreter);
  for (const { expression } of (ts.canHaveDecorators(node) && ts.getDecorators(node)) || []) {
    // What other code does with a class is unknown.
    if (!decorated(expression, made, frame, interpreter) && taskDefinitionOf(made) === undefined) origins.markOpen(made);
  }
  return made;
}

/** Does with a class what a decorator does, or one of those that it is composed of; `false`: that is not known. */
function decorated(expression: ts.Expression, made: object, frame: Frame, interpreter: InterpreterState): boolean {
  const decorator = interpreter.evaluate(expression, frame);
  if (decorator instanceof ClassMark) {
    decorate(decorator, made, interpreter);
    return true;
  }
  if (typeof decorator === 'function' && interpreter.realm.isOwn(decorator) && !isClass(decorator, interpreter.origins)) {
    Reflect.apply(decorator, undefined, [made]);
    return true;
  }
  const marks = decorator instanceof Unknown ? decorator.handed.filter((one) => one instanceof ClassMark) : [];
  for (const mark of marks) decorate(mark, made, interpreter);
  if (marks.length > 0) return true;
  const parts = ts.isCallExpression(expression) ? expression.arguments : [];
  return parts.map((part) => !ts.isSpreadElement(part) && decorated(part, made, frame, interpreter)).some(Boolean);
}

/** A field that holds a function: as it is written, or as its type says, for what a constructor or something else gives it. */
function addField(made: { readonly prototype: object }, member: ts.PropertyDeclaration, frame: Frame, interpreter: InterpreterState): void {
  const key = keyOf(member.name, frame, interpreter);
  if (key === undefined) return;
  const written = member.initializer && unwrapped(member.initializer);
  const isWritten = written !== undefined && (ts.isArrowFunction(written) || ts.isFunctionExpression(written));
  const isCallable = isWritten || interpreter.types.of(member).getNonNullableType().getCallSignatures().length > 0;
  if (!isCallable) return;
  const value = isWritten ? interpreter.functionOf(written, frame) : placeholder;
  define(made.prototype, key, { value, writable: true }, interpreter);
}

/** Static properties are read when they are asked for: most classes have none that matters here. */
function addStatic(made: object, member: ts.PropertyDeclaration, frame: Frame, interpreter: InterpreterState): void {
  const key = keyOf(member.name, frame, interpreter);
  const { initializer } = member;
  if (key === undefined) return;
  const own = new Frame(frame, { value: made });
  let known: { readonly value: unknown } | undefined;
  const get = interpreter.realm.own(() => {
    known ??= { value: initializer === undefined ? later(member, interpreter) : interpreter.evaluate(initializer, own) };
    return known.value;
  });
  define(made, key, { get }, interpreter);
}

/** What a class does once, when it is declared; where that can't be read to its end, more may be in the class than is known. */
function runStatic(made: object, { body }: ts.ClassStaticBlockDeclaration, frame: Frame, interpreter: InterpreterState): void {
  try {
    interpreter.execute(body.statements, new Frame(frame, { value: made }, true));
  } catch (error) {
    if (!(error instanceof CannotKnow || error instanceof Thrown)) throw error;
    interpreter.origins.markOpen(made);
  }
}

/** What has the name of something that JavaScript fixes, such as a static `prototype`, is left out. */
function define(owner: object, key: string, property: PropertyDescriptor, { origins }: InterpreterState): void {
  if (!Reflect.defineProperty(owner, key, { ...property, configurable: true })) origins.markOpen(owner);
}

function isClass(value: object, origins: InterpreterState['origins']): value is new () => object {
  const written = origins.of(value);
  return written !== undefined && ts.isClassLike(written);
}

/** `Task({ … })(CreateVolume)` in the file of a class: the decorator as a plain call. */
export function plainCallsIn(file: ts.SourceFile, library: InterpreterState['library']): readonly ts.CallExpression[] {
  const calls: ts.CallExpression[] = [];
  for (const statement of file.statements) {
    if (!ts.isExpressionStatement(statement)) continue;
    walk(statement.expression, (node) => {
      if (ts.isCallExpression(node) && ts.isCallExpression(node.expression) && library.calledIn(node.expression.expression) === 'Task')
        calls.push(node);
    });
  }
  return calls;
}
