import type { Refusal } from './flow-shape.js';

/** No constant in source is deeper. */
const MAX_DEPTH = 20;

/**
 * The parts of a constant that no codec keeps: functions, symbols and promises. Only lists and plain objects are looked into:
 * what becomes of others is for the app's codec to say.
 */
export function refusalsIn(value: unknown, path: string, depth = 0): readonly Refusal[] {
  if (typeof value === 'function') return [{ path, reason: 'functions do not survive' }];
  if (typeof value === 'symbol') return [{ path, reason: 'symbols do not survive' }];
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return [];
  if (typeof (value as { readonly then?: unknown }).then === 'function') return [{ path, reason: 'it is a promise, await it' }];
  if (Array.isArray(value)) return value.flatMap((item) => refusalsIn(item, `${path}[]`, depth + 1));
  if (!isPlain(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => refusalsIn(item, `${path}.${key}`, depth + 1));
}

/** An object of another realm has another `Object.prototype`, which has no prototype either. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
