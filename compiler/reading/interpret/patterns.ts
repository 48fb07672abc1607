import { ts } from '../../source/index.js';
import type { Frame } from '../ground/frame.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { opened } from '../ground/namespaces.js';
import { unwrapped } from '../ground/syntax.js';
import { Unknown } from '../ground/unknown.js';
import { memberOf } from './access.js';
import { itemsOf } from './coercion.js';
import { keyOf } from './literals.js';

/** One part of a pattern. */
interface Part {
  readonly at: ts.Node;
  /** Its place in a list, or its key; `undefined`: only a run knows which. */
  readonly key: number | string | undefined;
  readonly isRest: boolean;
  readonly otherwise: ts.Expression | undefined;
}

type Give = (target: ts.Expression, value: unknown) => void;

/**
 * Declares the names of a parameter or variable, whatever its pattern.
 *
 * @param into where they are declared, if not where their defaults are read
 */
export function bind(name: ts.BindingName, value: unknown, frame: Frame, interpreter: InterpreterState, into: Frame = frame): void {
  if (ts.isIdentifier(name)) {
    const symbol = interpreter.types.symbolAt(name);
    if (symbol !== undefined) into.declare(symbol, value);
    return;
  }
  const taken: string[] = [];
  for (const [index, element] of name.elements.entries()) {
    if (ts.isOmittedExpression(element)) continue;
    const key = ts.isArrayBindingPattern(name) ? index : keyOf(element.propertyName ?? (element.name as ts.Identifier), frame, interpreter);
    const part = { at: element, key, isRest: element.dotDotDotToken !== undefined, otherwise: element.initializer };
    bind(element.name, partOf(part, value, taken, frame, interpreter), frame, interpreter, into);
  }
}

/** `[a, b] = list` and `({ a, b: c.d } = object)`: gives each target its part. */
export function takeApart(
  pattern: ts.ArrayLiteralExpression | ts.ObjectLiteralExpression,
  value: unknown,
  give: Give,
  frame: Frame,
  interpreter: InterpreterState,
): void {
  const taken: string[] = [];
  const each = (target: ts.Expression, part: Omit<Part, 'otherwise'>, initial?: ts.Expression): void => {
    const inner = unwrapped(target);
    const isDefault = ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.EqualsToken;
    const otherwise = isDefault ? inner.right : initial;
    give(isDefault ? inner.left : inner, partOf({ ...part, otherwise }, value, taken, frame, interpreter));
  };
  if (ts.isArrayLiteralExpression(pattern)) {
    for (const [key, element] of pattern.elements.entries()) {
      if (ts.isOmittedExpression(element)) continue;
      const isRest = ts.isSpreadElement(element);
      each(isRest ? element.expression : element, { at: element, key, isRest });
    }
    return;
  }
  for (const at of pattern.properties) {
    if (ts.isSpreadAssignment(at)) each(at.expression, { at, key: '', isRest: true });
    else if (ts.isShorthandPropertyAssignment(at)) each(at.name, { at, key: at.name.text, isRest: false }, at.objectAssignmentInitializer);
    else if (ts.isPropertyAssignment(at)) each(at.initializer, { at, key: keyOf(at.name, frame, interpreter), isRest: false });
  }
}

/** What a part gets; `taken` are the keys that those before it have. */
function partOf(part: Part, value: unknown, taken: string[], frame: Frame, interpreter: InterpreterState): unknown {
  const { at, key, isRest, otherwise } = part;
  const found = value instanceof Unknown || key === undefined ? unknown() : typeof key === 'number' ? item(key) : property(key);
  if (typeof key === 'string') taken.push(key);
  return found === undefined && otherwise !== undefined ? interpreter.evaluate(otherwise, frame) : found;

  function item(index: number): unknown {
    const items = itemsOf(value, at, interpreter);
    if (items === undefined) return unknown();
    return isRest ? interpreter.realm.own(items.slice(index)) : items[index];
  }

  function property(name: string): unknown {
    if (value === undefined || value === null) return undefined;
    return isRest ? (rest(value, taken, at, interpreter) ?? unknown()) : memberOf(value, name, named(at), interpreter);
  }

  function unknown(): unknown {
    return interpreter.unknown(value instanceof Unknown ? value.reason : `'${at.getText()}' is known only at run time`, named(at));
  }
}

/** What the part is called. */
function named(at: ts.Node): ts.Node {
  if (ts.isBindingElement(at) || ts.isShorthandPropertyAssignment(at)) return at.name;
  return ts.isPropertyAssignment(at) ? at.initializer : at;
}

/** What a pattern leaves of an object; `undefined` where that is not known. */
function rest(given: unknown, taken: readonly string[], at: ts.Node, interpreter: InterpreterState): object | undefined {
  const { origins, realm } = interpreter;
  const value = opened(given, at, interpreter);
  if (!realm.isOwn(value)) return undefined;
  const left = realm.own({});
  for (const key of Object.keys(value)) {
    if (taken.includes(key)) continue;
    realm.put(left, key, realm.find(value, key)?.value);
    const written = origins.ofKey(value, key);
    if (written !== undefined) origins.setKey(left, key, written);
  }
  if (origins.isOpen(value)) origins.markOpen(left);
  return left;
}
