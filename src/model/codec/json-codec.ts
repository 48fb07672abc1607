import { types } from 'node:util';
import { messageOf } from '../in-words.js';
import type { Json } from '../json.js';
import { isPlainArray, isPlainObject, leaveUnawaited } from '../kinds.js';
import { type Codec, isNotStorable, NotStorableError } from './codec.js';
import { decodeTagged, encodeTagged, TAG } from './json-codec-tags.js';
import { strayOfBuiltIn, strayOfList, straySymbol } from './stray-field.js';

/** Deeper values are refused: they would overflow the stack of whoever reads them. */
export const MAX_DEPTH = 200;

/** Larger values are refused, in characters of JSON: keep files elsewhere, and their names in the flow. */
export const MAX_CHARACTERS = 16 * 1024 * 1024;

/**
 * The default codec: JSON as it is, and one-key objects `{"~date": …}` for what JSON has no word for. Readable in the
 * database, equal text for equal values, no prototype is ever taken from data.
 */
export const jsonCodec: Codec = {
  encode: encodeWhole,
  decode: (json) => decode(json, 0),
};

/** Where in the value the encoding is, what it is inside of, and how many characters there is room for. */
interface Walk {
  readonly path: string[];
  readonly above: object[];
  left: number;
}

/** About what a number, a comma or a key's quotes take; and a tag. */
const SMALL = 4;
const TAGGED = 16;

function encodeWhole(value: unknown): Json {
  const walk: Walk = { path: [], above: [], left: MAX_CHARACTERS };
  try {
    return encode(value, walk);
  } catch (error) {
    if (isNotStorable(error)) throw error;
    // A getter, a proxy or a patched method of the value threw.
    throw new NotStorableError(walk.path.slice(0, 8).join('.'), `can't be read: ${messageOf(error).slice(0, 200)}`);
  }
}

function spend(walk: Walk, characters: number): void {
  walk.left -= characters;
  if (walk.left < 0)
    throw new NotStorableError(walk.path.slice(0, 8).join('.'), `makes the value larger than ${MAX_CHARACTERS} characters`);
}

function encode(value: unknown, walk: Walk): Json {
  const { path } = walk;
  spend(walk, SMALL);
  switch (typeof value) {
    case 'string':
      spend(walk, value.length);
      return value;
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      spend(walk, TAGGED);
      return { '~number': Object.is(value, -0) ? '-0' : String(value) };
    case 'undefined':
      spend(walk, TAGGED);
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
  spend(walk, text.length + TAGGED);
  return { '~bigint': text };
}

function encodeObject(value: object, walk: Walk): Json {
  const { path, above } = walk;
  if (above.includes(value)) throw new NotStorableError(path.join('.'), 'contains itself: cyclic values can’t be stored');
  if (above.length >= MAX_DEPTH) throw new NotStorableError(path.slice(0, 8).join('.'), `is nested deeper than ${MAX_DEPTH} levels`);
  above.push(value);
  const json = encodeParts(value, walk);
  above.pop();
  return json;
}

function encodeParts(value: object, walk: Walk): Json {
  if (isPlainArray(value)) return encodeArray(value, walk);
  return isPlainObject(value) ? encodeRecord(value, walk) : encodeInstance(value, walk);
}

function encodeInstance(value: object, walk: Walk): Json {
  const { path } = walk;
  const isBytes = types.isUint8Array(value);
  if (isBytes) spend(walk, Math.ceil((value.byteLength * 4) / 3));
  const tagged = encodeTagged(value, (part, key) => {
    path.push(key);
    const json = encode(part, walk);
    path.pop();
    return json;
  });
  if (tagged === undefined) leaveUnawaited(value);
  if (tagged === undefined) throw new NotStorableError(path.join('.'), `is ${instance(value)}, whose methods would be lost`);
  // Each byte is a field, and those of errors are kept.
  refuseStray(isBytes || types.isNativeError(value) ? straySymbol(value) : strayOfBuiltIn(value), walk);
  return tagged;
}

function refuseStray(field: string | undefined, { path }: Walk): void {
  if (field !== undefined) throw new NotStorableError(path.join('.'), `has the field ${field}, which would be lost`);
}

function encodeArray(value: readonly unknown[], walk: Walk): Json {
  const { path } = walk;
  // Holes, too, are to be gone through.
  if (value.length * SMALL > walk.left) spend(walk, value.length * SMALL);
  refuseStray(strayOfList(value), walk);
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
  refuseStray(straySymbol(value), walk);
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

function instance(value: object): string {
  const made: unknown = (value as { constructor?: unknown }).constructor;
  const name = typeof made === 'function' && made.name !== '' ? made.name : '(anonymous)';
  return `${types.isProxy(value) ? 'a proxy of ' : ''}an instance of class ${name}`;
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
