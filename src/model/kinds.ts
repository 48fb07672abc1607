import { types } from 'node:util';

/*
 * What a value is, whichever realm made it: in Jest and node:vm, `Object`, `Error` and `Date` are not the ones that are known
 * here, so `instanceof` and comparing prototypes would not recognise theirs.
 */

/** Whether a prototype is the `Object.prototype` of some realm. */
function isRoot(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** Whether the prototype of a value has so many others behind it: an instance of a subclass has one more than one of its class. */
export function isAtDepth(value: object, depth: number): boolean {
  let prototype: object | null = Object.getPrototypeOf(value);
  for (let level = 0; level < depth && prototype !== null; level++) prototype = Object.getPrototypeOf(prototype);
  return prototype !== null && isRoot(prototype);
}

/** An object literal, or one without prototype. */
export function isPlainObject(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || isRoot(prototype);
}

/** A list, and none of a subclass. */
export function isPlainArray(value: object): value is readonly unknown[] {
  return Array.isArray(value) && (Object.getPrototypeOf(value) === Array.prototype || isAtDepth(value, 1));
}

/**
 * Whether this is an error: by what it is, or by its shape, which DOMException and what a copy of a package made have. Never
 * throws.
 */
export function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false;
  if (types.isNativeError(value)) return true;
  try {
    const { name, message } = value as { readonly name?: unknown; readonly message?: unknown };
    return value instanceof Error || (typeof name === 'string' && typeof message === 'string');
  } catch {
    return false;
  }
}

export function isPromise(value: unknown): value is Promise<unknown> {
  return types.isPromise(value);
}

/**
 * A promise that user code gave where none is awaited, such as in a result: that is said, and if it is rejected later that ends no
 * process. Never throws.
 */
export function leaveUnawaited(value: unknown): void {
  if (!types.isPromise(value)) return;
  try {
    Promise.prototype.then.call(value, undefined, () => undefined);
  } catch {
    // Its class makes no other promises.
  }
}

/** As many values are looked at, and as deep: whoever returns more promises than that must await them. */
const MOST_VALUES = 1_000;
const MOST_LEVELS = 4;

/** The same of the promises in a value that is refused as a whole: its lists and fields are looked at, getters are not called. Never throws. */
export function leaveAllUnawaited(value: unknown): void {
  let room = MOST_VALUES;
  const visit = (value: unknown, level: number): void => {
    if (typeof value !== 'object' || value === null || types.isProxy(value) || room-- <= 0) return;
    leaveUnawaited(value);
    if (level === MOST_LEVELS || ArrayBuffer.isView(value)) return;
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length && room > 0; index++) visit(Object.getOwnPropertyDescriptor(value, index)?.value, level + 1);
      return;
    }
    for (const key in value) {
      if (room <= 0) return;
      visit(Object.getOwnPropertyDescriptor(value, key)?.value, level + 1);
    }
  };
  try {
    visit(value, 0);
  } catch {
    // Something that it inherits from refuses to be looked at.
  }
}
