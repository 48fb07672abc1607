import type { CompiledFlow, CompiledRetry } from '../../compilation/index.js';
import { atomsDownstream } from '../decide/downstream.js';
import { enclosingRetries } from '../state/enclosing-retries.js';
import type { RunStatus } from '../state/run-status.js';

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
    const around = [...enclosingRetries(this.#flow, atom)];
    const nearest = around.find((retry) => this.#live.has(retry));
    const before = [...this.#live].filter((retry) => !around.includes(retry) && retry !== atom && this.#redoneBy(retry).has(atom));
    return [...(nearest === undefined ? [] : [nearest]), ...before].map((retry) => this.#redoneBy(retry));
  }

  /** With what is downstream of it: see `anewDownstream`. */
  #redoneBy(index: number): ReadonlySet<number> {
    const known = this.#known.get(index);
    if (known !== undefined) return known;
    const retry = this.#flow.atoms[index] as CompiledRetry;
    const redone = new Set(atomsDownstream(this.#flow, retry));
    for (let atom = index; atom < retry.end; atom++) redone.add(atom);
    this.#known.set(index, redone);
    return redone;
  }
}

/** Retries of whose flow something is left to do, and which have not given up. */
function liveRetries(flow: CompiledFlow, { atoms, goingBack }: RunStatus): ReadonlySet<number> {
  const live = new Set<number>();
  if (goingBack) return live;
  for (const atom of flow.atoms.keys()) {
    const state = atoms[atom]?.state;
    if (state === 'SUCCESS' || state === 'IGNORE') continue;
    for (const retry of enclosingRetries(flow, atom)) {
      if (live.has(retry)) break;
      live.add(retry);
    }
  }
  for (const retry of live) if (atoms[retry]?.intention === 'REVERT' || atoms[retry]?.intention === 'IGNORE') live.delete(retry);
  return live;
}
