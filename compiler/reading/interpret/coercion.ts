import type { ts } from '../../source/index.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { isObject } from '../ground/origins.js';
import { CannotKnow, Unknown } from '../ground/unknown.js';

/** What takes more to walk through than this is no description of a flow: a list may hold itself many times over. */
const MOST_WEIGHT = 100_000;

/** Counts all that would be walked through to make a text of a value, before JavaScript does so. */
export function weigh(value: unknown, at: ts.Node, interpreter: InterpreterState): number {
  let weight = 0;
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    weight += typeof next === 'string' ? next.length + 1 : 1;
    if (weight > MOST_WEIGHT) throw new CannotKnow(new Unknown('it is too large to read', at, undefined));
    if (next instanceof Unknown || !interpreter.realm.isOwn(next)) continue;
    if (Array.isArray(next)) for (const item of next) waiting.push(item);
    else if (typeof next === 'object') waiting.push(...Object.values(next));
  }
  return weight;
}

/** A value as a text, number or the like, for operators and templates; what only JavaScript could make of an object is unknown. */
export function primitiveOf(value: unknown, at: ts.Node, interpreter: InterpreterState): unknown {
  if (!isObject(value) || value instanceof Unknown) return value;
  if (!Array.isArray(value) || !interpreter.realm.isOwn(value) || interpreter.origins.isOpen(value))
    return interpreter.unknown('an object is made a text here', at);
  interpreter.copy(weigh(value, at, interpreter), at);
  try {
    return String(value);
  } catch (error) {
    if (error instanceof CannotKnow) return interpreter.unknown(error.unknown.reason, at, error.unknown);
    return interpreter.unknown('it can not be made a text', at);
  }
}

/** The items of a list, set, map or text of the source; `undefined` for what has none, or has more than is known. */
export function itemsOf(value: unknown, at: ts.Node, interpreter: InterpreterState): unknown[] | undefined {
  const known = typeof value === 'string' || (interpreter.realm.isOwn(value) && !interpreter.origins.isOpen(value));
  if (!known || !(typeof value === 'string' || Array.isArray(value) || value instanceof Map || value instanceof Set)) return undefined;
  interpreter.copy(typeof value === 'string' || Array.isArray(value) ? value.length : value.size, at);
  // By the methods that these have, whatever the source has given them as properties.
  if (Array.isArray(value)) return Array.prototype.slice.call(value);
  if (value instanceof Map) return Array.from(Map.prototype.entries.call(value), (entry) => interpreter.realm.own(entry));
  return typeof value === 'string' ? [...value] : [...Set.prototype.values.call(value)];
}
