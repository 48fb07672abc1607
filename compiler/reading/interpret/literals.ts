import { ts } from '../../source/index.js';
import type { Frame } from '../ground/frame.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { opened } from '../ground/namespaces.js';
import { Unknown } from '../ground/unknown.js';
import { itemsOf } from './coercion.js';

/** The elements of a list or of a call, spreads included. A spread of something unknown marks the list as open. */
export function arrayOf(elements: readonly ts.Expression[], frame: Frame, interpreter: InterpreterState): unknown[] {
  const list: unknown[] = [];
  for (const element of elements) {
    if (ts.isOmittedExpression(element)) list.push(undefined);
    else if (ts.isSpreadElement(element)) {
      const spread = interpreter.evaluate(element.expression, frame);
      const items = itemsOf(spread, element, interpreter);
      if (items !== undefined) for (const item of items) list.push(item);
      else {
        list.push(spread instanceof Unknown ? spread : interpreter.unknown('it is spread, and is no list', element));
        interpreter.origins.markOpen(list);
      }
    } else list.push(interpreter.evaluate(element, frame));
  }
  return list;
}

/** An object with the places of its keys. */
export function objectOf(node: ts.ObjectLiteralExpression, frame: Frame, interpreter: InterpreterState): object {
  const { origins, realm } = interpreter;
  const object = origins.set(realm.own({}), node);
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) {
      spread(interpreter.evaluate(property.expression, frame), object, property, interpreter);
      continue;
    }
    const key = keyOf(property.name, frame, interpreter);
    // `__proto__: base` is no property, it says what the object inherits from.
    if (key === undefined || (key === '__proto__' && ts.isPropertyAssignment(property) && !ts.isComputedPropertyName(property.name))) {
      origins.markOpen(object);
      continue;
    }
    origins.setKey(object, key, property);
    if (ts.isPropertyAssignment(property)) realm.put(object, key, interpreter.evaluate(property.initializer, frame));
    else if (ts.isShorthandPropertyAssignment(property)) realm.put(object, key, interpreter.evaluate(property.name, frame));
    else if (ts.isMethodDeclaration(property)) realm.put(object, key, interpreter.functionOf(property, frame));
    else realm.put(object, key, interpreter.unknown('it is an accessor', property));
  }
  return object;
}

function spread(given: unknown, into: object, at: ts.SpreadAssignment, interpreter: InterpreterState): void {
  const { origins, realm, types } = interpreter;
  const value = opened(given, at, interpreter);
  if (value instanceof Unknown) {
    const ports = types.ports(value.type ?? types.of(at.expression));
    if (ports === undefined) origins.markOpen(into);
    for (const { name } of ports ?? []) {
      realm.put(into, name, new Unknown(value.reason, value.at, value.type && types.property(value.type, name), value.started));
      origins.setKey(into, name, at);
    }
    return;
  }
  if (!realm.isOwn(value)) {
    if (realm.isHanded(value)) origins.markOpen(into);
    return;
  }
  if (origins.isOpen(value)) origins.markOpen(into);
  const keys = Object.keys(value);
  interpreter.copy(keys.length, at);
  for (const key of keys) {
    realm.put(into, key, realm.find(value, key)?.value);
    origins.setKey(into, key, origins.ofKey(value, key) ?? at);
  }
}

/** The name of a property; `undefined` where only a run knows it. */
export function keyOf(name: ts.PropertyName, frame: Frame, interpreter: InterpreterState): string | undefined {
  if (ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) || ts.isPrivateIdentifier(name)) return name.text;
  if (!ts.isComputedPropertyName(name)) return undefined;
  const key = interpreter.evaluate(name.expression, frame);
  return typeof key === 'string' || typeof key === 'number' ? String(key) : undefined;
}
