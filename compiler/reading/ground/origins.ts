import type { ts } from '../../source/index.js';

/** Where values were written. Values are real JavaScript values, so this stands beside them. */
export class Origins {
  readonly #nodes = new WeakMap<object, ts.Node>();
  readonly #keys = new WeakMap<object, Map<string, ts.Node>>();
  readonly #open = new WeakSet<object>();

  /** Says where a function, class, object or list was written. */
  set<V extends object>(value: V, node: ts.Node): V {
    this.#nodes.set(value, node);
    return value;
  }

  of(value: unknown): ts.Node | undefined {
    return isObject(value) ? this.#nodes.get(value) : undefined;
  }

  /** Says where a property of an object was written. */
  setKey(value: object, key: string, node: ts.Node): void {
    const keys = this.#keys.get(value);
    if (keys === undefined) this.#keys.set(value, new Map([[key, node]]));
    else keys.set(key, node);
  }

  ofKey(value: unknown, key: string): ts.Node | undefined {
    return isObject(value) ? this.#keys.get(value)?.get(key) : undefined;
  }

  /** An object or list that has more in it than is known. */
  markOpen(value: object): void {
    this.#open.add(value);
  }

  isOpen(value: unknown): boolean {
    return isObject(value) && this.#open.has(value);
  }
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
