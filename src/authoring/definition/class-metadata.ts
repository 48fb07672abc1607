import 'reflect-metadata';

interface MetadataStore {
  defineMetadata?(key: symbol, value: unknown, target: object): void;
  getOwnMetadata?(key: symbol, target: object): unknown;
}
const store: MetadataStore = Reflect;

/** Leaves something with a class: in reflect-metadata, or where that is absent in a property that nobody lists. */
export function leave(key: symbol, target: object, left: object): void {
  if (store.defineMetadata) store.defineMetadata(key, left, target);
  else Object.defineProperty(target, key, { value: left, configurable: true });
}

/** What was left with exactly this class: a subclass may take and give other values, so it has none of its parent's. */
export function leftWith(key: symbol, target: object): unknown {
  const own = Object.getOwnPropertyDescriptor(target, key)?.value;
  return store.getOwnMetadata?.(key, target) ?? own;
}

/** The brand of a value that this package made, of this or another copy of it. */
export function brandOf(value: object): { readonly kind?: unknown; readonly definition?: unknown } | undefined {
  const brand: unknown = Object.hasOwn(value, '~flowproof') ? (value as { '~flowproof': unknown })['~flowproof'] : undefined;
  return typeof brand === 'object' && brand !== null ? brand : undefined;
}
