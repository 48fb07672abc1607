import type { CompiledFlow, CompiledRetry } from '../../compilation/index.js';
import type { RunStatus } from '../state/run-status.js';
import { atomsDownstream } from './downstream.js';

/** What retries may have done again of a run that goes on. */
export class Redoing {
  readonly #flow: CompiledFlow;
  readonly #live: ReadonlySet<number>;
  readonly #known = new Map<number, ReadonlySet<number>>();

  constructor(flow: CompiledFlow, status: RunStatus) {
    this.#flow = flow;
    this.#live = liveRetries(flow, status);
  }

  /**
   * For each retry that may have this atom done again, all that it has done again then. Of the retries around the atom the
   * innermost is enough: the others do more.
   */
  of(atom: number): readonly ReadonlySet<number>[] {
    const around = this.#around(atom);
    const nearest = around.find((retry) => this.#live.has(retry));
    const before = [...this.#live].filter((retry) => !around.includes(retry) && retry !== atom && this.#redoneBy(retry).has(atom));
    return [...(nearest === undefined ? [] : [nearest]), ...before].map((retry) => this.#redoneBy(retry));
  }

  /** From the inside out. */
  #around(atom: number): readonly number[] {
    const retries: number[] = [];
    for (let at = this.#governorOf(atom); at >= 0; at = this.#governorOf(at)) retries.push(at);
    return retries;
  }

  #governorOf(atom: number): number {
    return this.#flow.atoms[atom]?.governor ?? -1;
  }

  /** With what is downstream of it: see `anewDownstream`. */
  #redoneBy(index: number): ReadonlySet<number> {
    const known = this.#known.get(index);
    if (known !== undefined) return known;
    const retry = this.#flow.atoms[index] as CompiledRetry;
    const redone = new Set(atomsDownstream(this.#flow, retry));
    for (let atom = index; atom < retry.until; atom++) redone.add(atom);
    this.#known.set(index, redone);
    return redone;
  }
}

/** Retries of whose flow something is left to do, and which have not given up. */
function liveRetries(flow: CompiledFlow, { atoms, goingBack }: RunStatus): ReadonlySet<number> {
  const live = new Set<number>();
  if (goingBack) return live;
  for (const [index, { governor }] of flow.atoms.entries()) {
    const state = atoms[index]?.state;
    if (state === 'SUCCESS' || state === 'IGNORE') continue;
    for (let at = governor; at >= 0 && !live.has(at); at = flow.atoms[at]?.governor ?? -1) live.add(at);
  }
  for (const at of live) if (atoms[at]?.intention === 'REVERT' || atoms[at]?.intention === 'IGNORE') live.delete(at);
  return live;
}
