import { setMaxListeners } from 'node:events';

/**
 * The signals of the calls of one run. Usually one for all, because whoever loses the run loses all of them; where a
 * failure may abort its siblings, each call has its own.
 */
export class Signals {
  readonly #each: boolean;
  readonly #own = new Map<number, AbortController>();
  #shared = controller();

  constructor(each: boolean) {
    this.#each = each;
  }

  /** Of a call that begins. */
  of(atom: number): AbortSignal {
    if (!this.#each) return this.#shared.signal;
    const own = controller();
    this.#own.set(atom, own);
    return own.signal;
  }

  /** Tells these calls, or all, that their results are not wanted. Later ones are not meant. */
  abort(reason: Error, atoms?: readonly number[]): void {
    if (atoms === undefined) {
      this.#shared.abort(reason);
      this.#shared = controller();
    }
    for (const [atom, own] of this.#own) if (atoms === undefined || atoms.includes(atom)) own.abort(reason);
  }

  ended(atom: number): void {
    this.#own.delete(atom);
  }
}

function controller(): AbortController {
  const made = new AbortController();
  // Each task may listen, and a run may have many: that is no leak to warn of.
  setMaxListeners(0, made.signal);
  return made;
}
