import type { TaskSpec } from './case.js';
import type { Json } from './json.js';

/** Name of the value that holds all that an atom returned: its outputs are parts of it. */
export function wholeOf(atom: string): string {
  return `result of ${atom}`;
}

/** The values that an atom provides, each with its place in the result; a place that is absent is the whole. */
export function outputsOf(provides: TaskSpec['provides']): ReadonlyMap<string, string | number | undefined> {
  if (provides === undefined) return new Map();
  if (typeof provides === 'string') return new Map([[provides, undefined]]);
  if (!isList(provides)) return new Map(provides.keys.map((key) => [key, key]));
  return new Map(provides.map((name, index) => [name, index]));
}

/** The named values of a result. A part that is not there is no value: who reads it will miss it. */
export function namedValues(atom: string, provides: TaskSpec['provides'], result: Json): Readonly<Record<string, Json>> {
  const values: Record<string, Json> = { [wholeOf(atom)]: result };
  for (const [name, place] of outputsOf(provides)) {
    const value = place === undefined ? result : partOf(result, place);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function partOf(result: Json, place: string | number): Json | undefined {
  if (typeof result === 'string') return typeof place === 'number' ? [...result][place] : undefined;
  if (typeof result !== 'object' || result === null) return undefined;
  if (Array.isArray(result) !== (typeof place === 'number')) return undefined;
  return Object.hasOwn(result, place) ? (result as Readonly<Record<string | number, Json>>)[place] : undefined;
}

function isList(provides: readonly string[] | { readonly keys: readonly string[] }): provides is readonly string[] {
  return Array.isArray(provides);
}
