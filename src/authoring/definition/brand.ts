/** What this package puts on the values that it makes. */
export interface Brand {
  readonly kind?: unknown;
  readonly definition?: unknown;
  readonly node?: unknown;
  readonly options?: unknown;
}

/** The brand of a value that this package made, of this or another copy of it; `undefined` for anything else. */
export function brandOf(value: unknown): Brand | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const brand = (value as { readonly '~flowproof'?: unknown })['~flowproof'];
  return typeof brand === 'object' && brand !== null ? brand : undefined;
}

/** The same of exactly this value: a subclass of a task may take and give other values than its parent. */
export function ownBrandOf(value: object): Brand | undefined {
  return Object.hasOwn(value, '~flowproof') ? brandOf(value) : undefined;
}
