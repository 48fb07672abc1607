import { type Codec, NotStorableError } from './codec.js';
import type { Json } from './json.js';
import { decodeTagged, encodeTagged, TAG } from './json-codec-tags.js';

/** Deeper values are refused: they would overflow the stack of whoever reads them. */
export const MAX_DEPTH = 200;

/** Larger values are refused, in characters of JSON: keep files elsewhere, and their names in the flow. */
export const MAX_CHARACTERS = 16 * 1024 * 1024;

/**
 * The default codec: JSON as it is, and one-key objects `{"~date": …}` for what JSON has no word for. Readable in the
 * database, equal text for equal values, no prototype is ever taken from data.
 */
export const jsonCodec: Codec = {
  encode: (value) => encode(value, { path: [], above: [], left: MAX_CHARACTERS }),
  decode: (json) => decode(json, 0),
};

/** Where in the value the encoding is, what it is inside of, and how many characters there is room for. */
interface Walk {
  readonly path: string[];
  readonly above: object[];
  left: number;
}

/** About what a number, a comma or a key's quotes take. */
const SMALL = 4;

function spend(walk: Walk, characters: number): void {
  walk.left -= characters;
  if (walk.left < 0)
    throw new NotStorableError(walk.path.slice(0, 8).join('.'), `makes the value larger than ${MAX_CHARACTERS} characters`);
}

function encode(value: unknown, walk: Walk): Json {
  const { path } = walk;
  switch (typeof value) {
    case 'string':
      spend(walk, value.length + SMALL);
      return value;
    case 'boolean':
      return value;
    case 'number':
      spend(walk, SMALL);
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { '~number': Object.is(value, -0) ? '-0' : String(value) };
    case 'undefined':
      return { '~undefined': true };
    case 'bigint':
      return encodeBigint(value, walk);
    case 'object':
      return value === null ? null : encodeObject(value, walk);
    default:
      throw new NotStorableError(path.join('.'), `is a ${typeof value}, which can't be stored`);
  }
}

function encodeBigint(value: bigint, walk: Walk): Json {
  const text = String(value);
  spend(walk, text.length + SMALL);
  return { '~bigint': text };
}

function encodeObject(value: object, walk: Walk): Json {
  const { path, above } = walk;
  spend(walk, SMALL);
  if (above.includes(value)) throw new NotStorableError(path.join('.'), 'contains itself: cyclic values can’t be stored');
  if (above.length >= MAX_DEPTH) throw new NotStorableError(path.slice(0, 8).join('.'), `is nested deeper than ${MAX_DEPTH} levels`);
  above.push(value);
  const json = Array.isArray(value) ? encodeArray(value, walk) : encodeRecord(value, walk);
  above.pop();
  return json;
}

function encodeArray(value: readonly unknown[], walk: Walk): Json {
  const { path } = walk;
  const items: Json[] = [];
  for (let index = 0; index < value.length; index++) {
    path.push(String(index));
    items.push(encode(value[index], walk));
    path.pop();
  }
  return items;
}

function encodeRecord(value: object, walk: Walk): Json {
  const { path } = walk;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const inner = (part: unknown, key: string): Json => {
      path.push(key);
      const json = encode(part, walk);
      path.pop();
      return json;
    };
    if (value instanceof Uint8Array) spend(walk, Math.ceil((value.byteLength * 4) / 3));
    const tagged = encodeTagged(value, inner);
    if (tagged !== undefined) return tagged;
    throw new NotStorableError(path.join('.'), `is an instance of class ${className(value)}, whose methods would be lost`);
  }
  const record: { [key: string]: Json } = {};
  let escaped = false;
  for (const key of Object.keys(value)) {
    if (key === '__proto__') throw new NotStorableError([...path, key].join('.'), 'is a key that can’t be stored');
    path.push(key);
    spend(walk, key.length + SMALL);
    record[key] = encode((value as Record<string, unknown>)[key], walk);
    path.pop();
    escaped ||= key.startsWith(TAG);
  }
  return escaped ? { '~object': record } : record;
}

function className(value: object): string {
  const made: unknown = (value as { constructor?: unknown }).constructor;
  return typeof made === 'function' && made.name !== '' ? made.name : '(anonymous)';
}

function decode(json: Json, depth: number): unknown {
  if (json === null || typeof json !== 'object') return json;
  if (depth > MAX_DEPTH * 2) throw new Error(`a stored value is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(json)) return json.map((item: Json) => decode(item, depth + 1));
  const keys = Object.keys(json);
  const only = keys[0];
  if (keys.length === 1 && only !== undefined && only.startsWith(TAG)) {
    const content = (json as Record<string, Json>)[only] as Json;
    return only === '~object' ? decodeRecord(content, depth + 1) : decodeTagged(only, content, (part) => decode(part, depth + 1));
  }
  return decodeRecord(json, depth);
}

function decodeRecord(json: Json, depth: number): unknown {
  const record: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(json as Record<string, Json>)) {
    if (key === '__proto__') throw new Error("a stored value has the key '__proto__', which no codec of ours writes");
    record[key] = decode(part, depth + 1);
  }
  return record;
}
