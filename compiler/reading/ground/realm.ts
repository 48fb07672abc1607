import { isObject } from './origins.js';

/**
 * Says which objects the source may hold. What it makes is its own: it may be read, changed and called. What it gets of
 * the library it may hand on, and sees nothing of but names and numbers. No other object is a value here, whatever way it
 * came: the source reaches nothing of the process that reads it.
 */
export class Realm {
  readonly #own = new WeakSet<object>();
  readonly #handed = new WeakSet<object>();

  /** Makes an object one of the source's own. */
  own<V extends object>(value: V): V {
    this.#own.add(value);
    return value;
  }

  /** Lets the source hold something that it may not open. */
  hand<V>(value: V): V {
    if (isObject(value) && !this.#own.has(value)) this.#handed.add(value);
    return value;
  }

  isOwn(value: unknown): value is object {
    return isObject(value) && this.#own.has(value);
  }

  isHanded(value: unknown): value is object {
    return isObject(value) && this.#handed.has(value);
  }

  /** Whether the source may hold it: texts, numbers and the like, and objects that it has been given. */
  admits(value: unknown): boolean {
    return !isObject(value) || this.#own.has(value) || this.#handed.has(value);
  }

  /** A property of an own object, or of an own one that it inherits from. JavaScript's prototypes are none. */
  find(owner: object, key: string): PropertyDescriptor | undefined {
    for (let at: object | null = owner; at !== null && this.#own.has(at); at = Object.getPrototypeOf(at) as object | null) {
      const found = Object.getOwnPropertyDescriptor(at, key);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Gives an own object a property; `false`: it can't have it. */
  put(owner: object, key: string, value: unknown): boolean {
    if (!this.#own.has(owner)) return false;
    const before = Object.getOwnPropertyDescriptor(owner, key);
    // An own function or class has some of JavaScript's, and lists their length.
    if (before?.configurable === false && !('value' in before && before.writable === true)) return false;
    if (Array.isArray(owner) && !fitsInto(owner, key, value)) return false;
    const enumerable = before?.enumerable ?? true;
    return before?.configurable === false
      ? Reflect.defineProperty(owner, key, { value })
      : Reflect.defineProperty(owner, key, { value, enumerable, writable: true, configurable: true });
  }

  /** Removes a property of an own object. */
  remove(owner: object, key: string): boolean {
    return this.#own.has(owner) && Reflect.deleteProperty(owner, key);
  }
}

/** A list may grow by one item, or shrink: what would leave holes is no list of nodes. */
function fitsInto(list: readonly unknown[], key: string, value: unknown): boolean {
  if (key === 'length') return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= list.length;
  const index = Number(key);
  return !Number.isInteger(index) || index < 0 || index <= list.length;
}
