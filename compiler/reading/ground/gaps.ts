import { isObject } from './origins.js';
import type { Unknown } from './unknown.js';

/** Something that is missing in what was read of a flow. */
export interface Gap {
  readonly unknown: Unknown;
  /** It may have nodes or names in it that are unknown: what seems to be missing may be there. */
  readonly hidesNames: boolean;
  /** It is the name of a flow, a task or a node. */
  readonly isName?: boolean;
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
