import { setMaxListeners } from 'node:events';
import type { Phase } from '../../model/states.js';

/**
 * The signals of the calls of one run: one for all that execute and one for all that revert, because whoever loses the run
 * loses all of them; where a failure may abort its siblings, each call has its own.
 */
export class Signals {
  readonly #each: boolean;
  readonly #own = new Map<number, { readonly phase: Phase; readonly controller: AbortController }>();
  readonly #shared: Record<Phase, AbortController> = { execute: controller(), revert: controller() };

  constructor(each: boolean) {
    this.#each = each;
  }

  /** Of a call that begins. */
  of(atom: number, phase: Phase): AbortSignal {
    if (!this.#each) return this.#shared[phase].signal;
    const own = controller();
    this.#own.set(atom, { phase, controller: own });
    return own.signal;
  }

  /** Tells all calls that are under way that their results are not wanted. Later ones are not meant. */
  abort(reason: Error): void {
    this.#abort('execute', reason);
    this.#abort('revert', reason);
  }

  /** Tells these calls, or all, that what they do will be undone: those that execute. What is being undone goes on to its end. */
  abortForward(reason: Error, atoms?: readonly number[]): void {
    this.#abort('execute', reason, atoms);
  }

  ended(atom: number): void {
    this.#own.delete(atom);
  }

  #abort(aborted: Phase, reason: Error, atoms?: readonly number[]): void {
    if (atoms === undefined) {
      this.#shared[aborted].abort(reason);
      this.#shared[aborted] = controller();
    }
    for (const [atom, { phase, controller: own }] of this.#own) {
      if (phase === aborted && (atoms === undefined || atoms.includes(atom))) own.abort(reason);
    }
  }
}

function controller(): AbortController {
  const made = new AbortController();
  // Each task may listen, and a run may have many: that is no leak to warn of.
  setMaxListeners(0, made.signal);
  return made;
}
