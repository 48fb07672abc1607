import { ts } from '../source/index.js';
import { keyIn, memberOf } from './access.js';
import { itemsOf, primitiveOf } from './coercion.js';
import type { Frame } from './frame.js';
import { keyOf } from './literals.js';
import type { Machine } from './machine.js';
import { opened } from './namespaces.js';
import { Unknown } from './unknown.js';

/** Gives a value to a variable or a property. */
export function assign(target: ts.Expression, value: unknown, frame: Frame, machine: Machine): void {
  if (ts.isParenthesizedExpression(target) || ts.isNonNullExpression(target) || ts.isAsExpression(target)) {
    assign(target.expression, value, frame, machine);
  } else if (ts.isIdentifier(target)) {
    const symbol = machine.types.symbolAt(target);
    if (symbol !== undefined && !frame.assign(symbol, value)) machine.write(symbol, value);
  } else if (ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target)) {
    const owner = machine.evaluate(target.expression, frame);
    if (!machine.realm.isOwn(owner)) return;
    const key = keyIn(target, frame, machine);
    if (typeof key !== 'string' && typeof key !== 'number') machine.origins.markOpen(owner);
    else {
      if (!machine.realm.put(owner, String(key), value)) machine.origins.markOpen(owner);
      machine.origins.setKey(owner, String(key), target);
    }
  }
}

/** What a variable or field holds before anybody has given it something: by its type, that comes later. */
export function later(declaration: ts.VariableDeclaration | ts.PropertyDeclaration, { types }: Machine): unknown {
  const type = types.of(declaration);
  const isSure = declaration.type !== undefined && !types.isAny(type) && !types.mayBeUndefined(type);
  return isSure ? new Unknown(`'${declaration.name.getText()}' gets its value later`, declaration.name, type) : undefined;
}

/** `++` and `--`. */
export function update(target: ts.Expression, by: 1 | -1, frame: Frame, machine: Machine): { before: unknown; after: unknown } {
  const before = machine.evaluate(target, frame);
  const number = primitiveOf(before, target, machine);
  const after = number instanceof Unknown ? number : Number(number) + by;
  assign(target, after, frame, machine);
  return { before, after };
}

/** Declares the names of a parameter or variable, whatever its pattern. */
export function bind(name: ts.BindingName, value: unknown, frame: Frame, machine: Machine): void {
  if (ts.isIdentifier(name)) {
    const symbol = machine.types.symbolAt(name);
    if (symbol !== undefined) frame.declare(symbol, value);
    return;
  }
  const taken: string[] = [];
  for (const [index, element] of name.elements.entries()) {
    if (ts.isOmittedExpression(element)) continue;
    bind(element.name, part(element, index, value, taken, frame, machine), frame, machine);
  }
}

/** What one element of a pattern gets; `taken` are the keys that those before it have. */
function part(element: ts.BindingElement, index: number, value: unknown, taken: string[], frame: Frame, machine: Machine): unknown {
  const list = ts.isArrayBindingPattern(element.parent);
  const key = list ? String(index) : keyOf(element.propertyName ?? (element.name as ts.Identifier), frame, machine);
  const found = value instanceof Unknown || key === undefined ? machine.unknown(reasonOf(value, element), element.name) : item();
  if (key !== undefined) taken.push(key);
  return found === undefined && element.initializer !== undefined ? machine.evaluate(element.initializer, frame) : found;

  function item(): unknown {
    if (list) {
      const items = itemsOf(value, element, machine);
      if (items === undefined) return machine.unknown(reasonOf(value, element), element.name);
      return element.dotDotDotToken === undefined ? items[index] : machine.realm.own(items.slice(index));
    }
    if (value === undefined || value === null) return undefined;
    if (element.dotDotDotToken === undefined) return memberOf(value, key as string, element.name, machine);
    return rest(value, taken, element, machine);
  }
}

/** What a pattern leaves of an object. */
function rest(given: unknown, taken: readonly string[], element: ts.BindingElement, machine: Machine): unknown {
  const { origins, realm } = machine;
  const value = opened(given, element, machine);
  if (!realm.isOwn(value)) return machine.unknown(reasonOf(value, element), element.name);
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

function reasonOf(value: unknown, element: ts.BindingElement): string {
  return value instanceof Unknown ? value.reason : `'${element.getText()}' is known only at run time`;
}
