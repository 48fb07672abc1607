import type { TraceEvent } from './case.js';
import { type JsonRecord, textOf } from './json.js';

/** How calls are numbered: what a case's script says depends on it. */
export interface Attempts {
  /** The number of a call, from 1; `again`: of one that was made before, in a process that died. */
  next(call: JsonRecord): { readonly attempt: number; readonly again: boolean };
  told(event: TraceEvent): void;
}

/** As TaskFlow's cases were recorded: each call counts, also one that is repeated after a crash. */
export class EveryCall implements Attempts {
  readonly #counts = new Map<string, number>();

  next({ atom, op }: JsonRecord): { attempt: number; again: boolean } {
    return { attempt: counted(this.#counts, `${atom} ${op}`), again: false };
  }

  told(): void {
    // Nothing depends on it.
  }
}

/** For crashes that no case was recorded with: what is repeated after one is the same piece of work, and has its number. */
export class EachPiece implements Attempts {
  readonly #counts = new Map<string, number>();
  /** Called, and nobody has heard how it ended. */
  readonly #open = new Set<string>();
  readonly #inFlight = new Set<string>();
  /** The history that a retry was asked about last. */
  readonly #asked = new Map<string, string>();

  next({ atom, op, history }: JsonRecord): { attempt: number; again: boolean } {
    const key = `${atom} ${op}`;
    const again = op === 'on_failure' ? this.#isAskedAgain(String(atom), textOf(history)) : this.#inFlight.delete(key);
    if (op === 'execute') this.#asked.delete(String(atom));
    this.#open.add(key);
    return { attempt: again ? (this.#counts.get(key) ?? 1) : counted(this.#counts, key), again };
  }

  told([, name, state]: TraceEvent): void {
    if (state === 'SUCCESS' || state === 'FAILURE') this.#open.delete(`${name} execute`);
    if (state === 'REVERTED' || state === 'REVERT_FAILURE') this.#open.delete(`${name} revert`);
  }

  /** Another process goes on: of what was called, only what the journal has in flight may be called again. */
  goesOn(stateOf: (atom: string) => string | undefined): void {
    this.#inFlight.clear();
    for (const key of this.#open) {
      const [atom = '', op] = key.split(/ (?=\S+$)/);
      if (stateOf(atom) === (op === 'execute' ? 'RUNNING' : 'REVERTING')) this.#inFlight.add(key);
      // It ended, and its process died before anybody was told.
      else this.#open.delete(key);
    }
  }

  /** Nothing changes between two questions about the same history but the process that asks. */
  #isAskedAgain(atom: string, history: string): boolean {
    const same = this.#asked.get(atom) === history;
    this.#asked.set(atom, history);
    return same;
  }
}

function counted(counts: Map<string, number>, key: string): number {
  const attempt = (counts.get(key) ?? 0) + 1;
  counts.set(key, attempt);
  return attempt;
}
