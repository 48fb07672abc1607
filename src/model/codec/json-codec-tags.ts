import { types } from 'node:util';
import type { Json } from '../json.js';
import { isAtDepth } from '../kinds.js';
import { decodeError, encodeError, isOfErrorClass } from './json-codec-errors.js';

/** Keys that begin with this are the codec's words. */
export const TAG = '~';

/** Encodes a part of a value, at this key of its path. */
type Inner = (part: unknown, key: string) => Json;

/**
 * The built-in classes that the default codec keeps, of any realm; `undefined` for anything else, subclasses included: what
 * they promise beside would be lost.
 */
export function encodeTagged(value: object, inner: Inner): Json | undefined {
  if (types.isUint8Array(value)) return encodeBytes(value);
  if (types.isNativeError(value)) return isOfErrorClass(value) ? { '~error': encodeError(value, inner) } : undefined;
  if (!isAtDepth(value, 1)) return undefined;
  if (types.isDate(value)) {
    const ms = Date.prototype.getTime.call(value);
    return { '~date': Number.isNaN(ms) ? null : new Date(ms).toISOString() };
  }
  if (types.isMap(value)) return { '~map': entriesOf(value).map(([key, item]) => [inner(key, '(key)'), inner(item, keyText(key))]) };
  if (types.isSet(value)) return { '~set': itemsOf(value).map((item, index) => inner(item, String(index))) };
  if (types.isRegExp(value)) return { '~regexp': partsOf(value, inner) };
  if (isUrl(value)) return { '~url': inner(value.href, 'href') };
  return undefined;
}

/** By the methods of the class: nothing that was written on the value is called. */
function entriesOf(map: Map<unknown, unknown>): readonly (readonly [unknown, unknown])[] {
  return [...Map.prototype.entries.call(map)];
}

function itemsOf(set: Set<unknown>): readonly unknown[] {
  return [...Set.prototype.values.call(set)];
}

/** Made anew once, as whoever reads it will: fields can have been written over. */
function partsOf(value: RegExp, inner: Inner): Json {
  const { source, flags } = new RegExp(value.source, value.flags);
  return [inner(source, 'source'), flags];
}

function encodeBytes(value: Uint8Array): Json | undefined {
  const isBuffer = Object.getPrototypeOf(value) === Buffer.prototype;
  if (!isBuffer && !isAtDepth(value, 2)) return undefined;
  return { [isBuffer ? '~buffer' : '~bytes']: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
}

/** There is no telling by what it is made of: jsdom has a class of its own. */
function isUrl(value: object): value is URL {
  const { href } = value as Partial<URL>;
  return Object.prototype.toString.call(value) === '[object URL]' && typeof href === 'string' && URL.canParse(href);
}

/** How a key of a map is called in a path; objects may have no text at all. */
function keyText(key: unknown): string {
  return typeof key === 'object' && key !== null ? '(value)' : String(key);
}

/** @throws Error for a tag that this version does not know. */
export function decodeTagged(tag: string, content: Json, inner: (part: Json) => unknown): unknown {
  switch (tag) {
    case '~date':
      return new Date(content === null ? Number.NaN : String(content));
    case '~bigint':
      return BigInt(String(content));
    case '~number':
      return Number(content);
    case '~undefined':
      return undefined;
    case '~map':
      return new Map((content as [Json, Json][]).map(([key, item]) => [inner(key), inner(item)]));
    case '~set':
      return new Set((content as Json[]).map(inner));
    case '~url':
      return new URL(String(content));
    case '~regexp': {
      const [source, flags] = content as [string, string];
      return new RegExp(source, flags);
    }
    case '~bytes':
      return new Uint8Array(Buffer.from(String(content), 'base64'));
    case '~buffer':
      return Buffer.from(String(content), 'base64');
    case '~error':
      return decodeError(content as unknown as Parameters<typeof decodeError>[0], inner);
    default:
      throw new Error(`a stored value has the unknown tag '${tag}': a newer version of flowproof may have written it`);
  }
}
