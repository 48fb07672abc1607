import { isObject } from './origins.js';
import { Unknown } from './unknown.js';

/** Something that is missing in what was read of a flow. */
export interface Gap {
  readonly unknown: Unknown;
  /** It may have nodes or names in it that nobody knows: what seems to be missing may be there. */
  readonly hidesNames: boolean;
}

/** What was left out where values were handed to the library. */
export class Gaps {
  readonly #known = new WeakMap<object, readonly Gap[]>();

  of(value: unknown): readonly Gap[] {
    return (isObject(value) && this.#known.get(value)) || [];
  }

  set<V>(value: V, gaps: readonly Gap[]): V {
    if (gaps.length > 0 && isObject(value)) this.#known.set(value, gaps);
    return value;
  }
}

/** Values of these keys decide nothing about a flow: what they hold may be unknown. */
const HARMLESS = new Set(['inject', 'execute', 'revert', 'decider', 'onFailure', 'values', 'backoff']);

/** Options as the library may see them: what is unknown is left out, and said. */
export function known(value: unknown, gaps: Gap[], harmless = false): unknown {
  if (value instanceof Unknown) {
    if (harmless) return isCallable(value) ? placeholder : null;
    if (isCallable(value)) return placeholder;
    gaps.push({ unknown: value, hidesNames: true });
    return undefined;
  }
  if (Array.isArray(value)) {
    const items: unknown[] = value.map((item) => known(item, gaps, harmless));
    return harmless ? items : items.filter((item) => item !== undefined);
  }
  if (!isObject(value) || typeof value === 'function' || '~flowproof' in value || '~standard' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, known(item, gaps, harmless || HARMLESS.has(key))]));
}

/** Stands where a function is, of which only its type is known. */
export function placeholder(): void {}

function isCallable({ type }: Unknown): boolean {
  return type !== undefined && type.getCallSignatures().length > 0;
}
