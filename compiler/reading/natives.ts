import type { ts } from '../source/index.js';
import type { Machine } from './machine.js';
import { isObject } from './origins.js';
import { CannotKnow, Thrown, Unknown } from './unknown.js';

/** The built-in objects whose functions compute and do nothing else. */
export const GLOBALS: Readonly<Record<string, unknown>> = { Object, Array, Math, JSON, Number, String, Boolean };

/** These ask their function a question. */
const ASKING = new Set(['filter', 'find', 'findIndex', 'findLast', 'findLastIndex', 'some', 'every']);
/** These only move what they are given. */
const MOVING = new Set(['push', 'unshift', 'concat', 'fill', 'with', 'set', 'of', 'assign', 'fromEntries', 'entries', 'values', 'freeze']);
const HIDDEN = new Set(['random', 'constructor', 'defineProperty', 'defineProperties', 'setPrototypeOf']);

/** Whether a method of this value is JavaScript's own. */
export function isNative(owner: unknown): boolean {
  return (
    typeof owner === 'string' ||
    typeof owner === 'number' ||
    Array.isArray(owner) ||
    owner instanceof Map ||
    owner instanceof Set ||
    Object.values(GLOBALS).includes(owner)
  );
}

/** Calls a method of JavaScript itself, with functions of the source as arguments. */
export function callNative(owner: unknown, key: string, args: readonly unknown[], at: ts.CallExpression, machine: Machine): unknown {
  const method: unknown = Reflect.get(Object(owner) as object, key);
  if (typeof method !== 'function' || HIDDEN.has(key)) return machine.unknown(`the result of '${key}' is known only at run time`, at);
  const unknown = args.find((arg) => arg instanceof Unknown);
  if (unknown instanceof Unknown && !MOVING.has(key)) return machine.unknown(unknown.reason, at, unknown);
  const given = ASKING.has(key) ? args.map((arg) => asking(arg, at, machine)) : args;
  try {
    const result: unknown = Reflect.apply(method, owner, given as unknown[]);
    const open = [owner, ...args].some((value) => machine.origins.isOpen(value));
    if (open && isObject(result)) machine.origins.markOpen(result);
    return result;
  } catch (error) {
    if (error instanceof CannotKnow) return machine.unknown(error.unknown.reason, at, error.unknown);
    if (error instanceof SyntaxError) throw new Thrown();
    if (error instanceof TypeError || error instanceof RangeError) return machine.unknown(`'${key}' can't be called so`, at);
    throw error;
  }
}

function asking(arg: unknown, at: ts.Node, machine: Machine): unknown {
  if (typeof arg !== 'function') return arg;
  return (...given: unknown[]) => machine.holds(arg(...given), machine.origins.of(arg) ?? at);
}
