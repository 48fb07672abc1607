import type { Json } from '../json.js';

/** What every error has; all else that is written on one is its `fields`. */
const OF_EVERY_ERROR: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause']);

/** Whether it is of a built-in class, not of a subclass: only prototypes of built-in ones have both a name and a message. */
export function isOfErrorClass(error: Error): boolean {
  const prototype: object = Object.getPrototypeOf(error);
  // Those of DOMException are getters, which throw when they are read from the prototype.
  const name: unknown = Object.getOwnPropertyDescriptor(prototype, 'name')?.value;
  if (!Object.hasOwn(prototype, 'message') || typeof name !== 'string') return false;
  return name === 'AggregateError' ? errorsOf(error) !== undefined : Object.hasOwn(ERROR_CLASSES, name);
}

/** Anything can have been written over these fields, but only text is JSON. */
export function encodeError(error: Error, inner: (part: unknown, key: string) => Json): Json {
  const { name, message, stack, cause } = error as { name: unknown; message: unknown; stack?: unknown; cause?: unknown };
  const errors = errorsOf(error);
  const others = Object.entries(error)
    .filter(([key]) => !OF_EVERY_ERROR.has(key) && (key !== 'errors' || errors === undefined))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    name: typeof name === 'string' ? inner(name, 'name') : 'Error',
    message: typeof message === 'string' ? inner(message, 'message') : '',
    ...(typeof stack === 'string' ? { stack: inner(stack, 'stack') } : {}),
    ...(cause === undefined ? {} : { cause: inner(cause, 'cause') }),
    ...(errors === undefined ? {} : { errors: inner(errors, 'errors') }),
    ...(others.length === 0 ? {} : { fields: others.map(([key, item]) => [key, inner(item, key)]) }),
  };
}

/** Those that an `AggregateError` has. */
function errorsOf(error: Error): readonly unknown[] | undefined {
  const { errors } = error as { readonly errors?: unknown };
  return (Object.getPrototypeOf(error) as Error).name === 'AggregateError' && Array.isArray(errors) ? errors : undefined;
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

interface ErrorFields {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: Json;
  readonly errors?: Json;
  readonly fields?: readonly (readonly [string, Json])[];
}

/** The way back. What is stored can't choose a class or a prototype. */
export function decodeError(stored: ErrorFields, inner: (part: Json) => unknown): Error {
  const { name, stack, fields = [] } = stored;
  const error = newError(stored, 'cause' in stored ? { cause: inner(stored.cause as Json) } : undefined, inner);
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true });
  for (const [key, item] of fields) {
    if (OF_EVERY_ERROR.has(key)) continue;
    Object.defineProperty(error, key, { value: inner(item), configurable: true, writable: true, enumerable: true });
  }
  return error;
}

function newError({ name, message, errors }: ErrorFields, options: ErrorOptions | undefined, inner: (part: Json) => unknown): Error {
  if (errors !== undefined) return new AggregateError(inner(errors) as readonly unknown[], message, options);
  const made = Object.hasOwn(ERROR_CLASSES, name) ? (ERROR_CLASSES[name] as ErrorConstructor) : Error;
  return new made(message, options);
}
