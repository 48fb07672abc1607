import type { Json } from './json.js';

/** Keys that begin with this are the codec's words. */
export const TAG = '~';

type Inner = (part: unknown, key: string) => Json;

/** The built-in classes that the default codec keeps; `undefined` for anything else. */
export function encodeTagged(value: object, inner: Inner): Json | undefined {
  if (value instanceof Date) return { '~date': Number.isNaN(value.getTime()) ? null : value.toISOString() };
  if (value instanceof Map) return { '~map': [...value].map(([key, item]) => [inner(key, '(key)'), inner(item, keyText(key))]) };
  if (value instanceof Set) return { '~set': [...value].map((item, index) => inner(item, String(index))) };
  if (value instanceof URL) return { '~url': value.href };
  if (value instanceof RegExp) return { '~regexp': [value.source, value.flags] };
  if (value instanceof Uint8Array) return { '~bytes': Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  if (value instanceof Error) return { '~error': errorFields(value, inner) };
  return undefined;
}

/** How a key of a map is called in a path; objects may have no text at all. */
function keyText(key: unknown): string {
  return typeof key === 'object' && key !== null ? '(value)' : String(key);
}

/** Anything can have been written over these fields, but only text is JSON. */
function errorFields(error: Error, inner: Inner): Json {
  const { name, message, stack } = error as { name: unknown; message: unknown; stack?: unknown };
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : '',
    ...(typeof stack === 'string' ? { stack } : {}),
    ...(error.cause === undefined ? {} : { cause: inner(error.cause, 'cause') }),
  };
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
    case '~error':
      return decodeError(content as { name: string; message: string; stack?: string; cause?: Json }, inner);
    default:
      throw new Error(`a stored value has the unknown tag '${tag}': a newer version of flowproof may have written it`);
  }
}

const ERROR_CLASSES: Readonly<Record<string, ErrorConstructor>> = {
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
};

function decodeError(fields: { name: string; message: string; stack?: string; cause?: Json }, inner: (part: Json) => unknown): Error {
  const made = Object.hasOwn(ERROR_CLASSES, fields.name) ? (ERROR_CLASSES[fields.name] as ErrorConstructor) : Error;
  const error = new made(fields.message, 'cause' in fields ? { cause: inner(fields.cause as Json) } : undefined);
  if (error.name !== fields.name) Object.defineProperty(error, 'name', { value: fields.name, configurable: true, writable: true });
  Object.defineProperty(error, 'stack', { value: fields.stack, configurable: true, writable: true });
  return error;
}
