import { type FlowLimits, type LimitChange, limitName, withChange } from '../../model/limits/flow-limits.js';
import type { ChangedLimit, StoredLimit } from '../contract/claims.js';

/** How much there is of a limit, as {@link StoredLimit} says. */
type Counts = Pick<StoredLimit, 'inUse' | 'waiting'>;

/** Limits that operators have changed, by name, for the stores of one process. */
export class LimitTable {
  readonly #byName = new Map<string, ChangedLimit>();

  all(): readonly ChangedLimit[] {
    return [...this.#byName.values()];
  }

  changeOf(name: string): LimitChange | undefined {
    return this.#byName.get(name)?.change;
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  set(limit: ChangedLimit): void {
    this.#byName.set(limit.name, limit);
  }

  remove(name: string): void {
    this.#byName.delete(name);
  }

  /** What counts, where the code says this. */
  over(limits: Readonly<Record<string, FlowLimits>>): Readonly<Record<string, FlowLimits>> {
    if (this.#byName.size === 0) return limits;
    return Object.fromEntries(
      Object.entries(limits).map(([flow, own]) => [flow, withChange(own, this.#byName.get(limitName(flow))?.change ?? {})]),
    );
  }

  /** @param used by which something is under way, or waits */
  list(names: readonly string[], used: readonly string[], countsOf: (name: string) => Counts): readonly StoredLimit[] {
    const all = new Set([...names, ...this.#byName.keys(), ...used]);
    return [...all].sort().map((name) => {
      const { change, changedAtMs } = this.#byName.get(name) ?? {};
      const changed = change === undefined ? {} : { change, ...(changedAtMs === undefined ? {} : { changedAtMs }) };
      return { name, ...changed, ...countsOf(name) };
    });
  }
}
