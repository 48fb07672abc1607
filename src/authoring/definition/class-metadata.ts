import 'reflect-metadata';

interface MetadataStore {
  defineMetadata?(key: symbol, value: unknown, target: object): void;
  getOwnMetadata?(key: symbol, target: object): unknown;
}
const store: MetadataStore = Reflect;

/** Leaves something with a class: in reflect-metadata, or where that is absent in a property that is not enumerable. */
export function leave(key: symbol, target: object, left: object): void {
  if (store.defineMetadata) store.defineMetadata(key, left, target);
  else Object.defineProperty(target, key, { value: left, configurable: true });
}

/** What was left with exactly this class: a subclass may take and give other values, so it has none of its parent's. */
export function leftWith(key: symbol, target: object): unknown {
  const own = Object.getOwnPropertyDescriptor(target, key)?.value;
  return store.getOwnMetadata?.(key, target) ?? own;
}
