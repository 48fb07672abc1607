import { ts } from '../../source/index.js';
import type { Frame } from '../ground/frame.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { unwrapped } from '../ground/syntax.js';
import { isAccess } from '../ground/targets.js';
import { Unknown } from '../ground/unknown.js';
import { keyIn } from './access.js';
import { primitiveOf } from './coercion.js';
import { takeApart } from './patterns.js';

/** Gives a value to a variable or a property, or to all that a pattern names. */
export function assign(given: ts.Expression, value: unknown, frame: Frame, interpreter: InterpreterState): void {
  const target = unwrapped(given);
  if (ts.isIdentifier(target)) {
    const symbol = interpreter.types.variableAt(target);
    if (symbol !== undefined && !frame.assign(symbol, value)) interpreter.write(symbol, value);
  } else if (isAccess(target)) {
    const { realm, origins } = interpreter;
    const owner = interpreter.evaluate(target.expression, frame);
    if (!realm.isOwn(owner)) return;
    const key = keyIn(target, frame, interpreter);
    if (typeof key !== 'string' && typeof key !== 'number') origins.markOpen(owner);
    else {
      const set = realm.find(owner, String(key))?.set;
      if (typeof set === 'function' && realm.isOwn(set)) Reflect.apply(set, owner, [value]);
      else if (!realm.put(owner, String(key), value)) origins.markOpen(owner);
      origins.setKey(owner, String(key), target);
    }
  } else if (ts.isArrayLiteralExpression(target) || ts.isObjectLiteralExpression(target)) {
    takeApart(target, value, (part, its) => assign(part, its, frame, interpreter), frame, interpreter);
  }
}

/** `delete a.b`. */
export function remove(given: ts.Expression, frame: Frame, interpreter: InterpreterState): void {
  const target = unwrapped(given);
  const owner = isAccess(target) ? interpreter.evaluate(target.expression, frame) : undefined;
  if (!isAccess(target) || !interpreter.realm.isOwn(owner)) return;
  const key = keyIn(target, frame, interpreter);
  const isKnown = typeof key === 'string' || typeof key === 'number';
  if (!isKnown || !interpreter.realm.remove(owner, String(key))) interpreter.origins.markOpen(owner);
}

/** What a variable or field holds before anybody has given it something: by its type, that comes later. */
export function later(declaration: ts.VariableDeclaration | ts.PropertyDeclaration, { types }: InterpreterState): unknown {
  const type = types.of(declaration);
  const isSure = declaration.type !== undefined && !types.isAny(type) && !types.mayBeUndefined(type);
  return isSure ? new Unknown(`'${declaration.name.getText()}' gets its value later`, declaration.name, type) : undefined;
}

/** `++` and `--`. */
export function update(
  target: ts.Expression,
  by: 1 | -1,
  frame: Frame,
  interpreter: InterpreterState,
): { before: unknown; after: unknown } {
  const before = interpreter.evaluate(target, frame);
  const number = primitiveOf(before, target, interpreter);
  const after = number instanceof Unknown ? number : Number(number) + by;
  assign(target, after, frame, interpreter);
  return { before, after };
}
