import { type AtomStatus, mayBeUndone } from '../state/run-status.js';

const TO_UNDO = 1;
const UNDONE = 2;
const TRYING = 3;
type Again = typeof TO_UNDO | typeof UNDONE | typeof TRYING;

/** How many atoms are to be undone before a retry may try again, or have been, or are retries that are to try again. */
export class RedoneCounts {
  /** Per node. */
  readonly #redone: Uint8Array;
  readonly #again = { [TO_UNDO]: 0, [UNDONE]: 0, [TRYING]: 0 };

  constructor(nodes: number) {
    this.#redone = new Uint8Array(nodes);
  }

  /** Nothing is left to be undone first. */
  get areUndone(): boolean {
    return this.#again[TO_UNDO] === 0;
  }

  /** Something that is to run again is undone, and no retry is about to see to it. */
  get bringBack(): boolean {
    return this.#again[UNDONE] > 0 && this.#again[TO_UNDO] === 0 && this.#again[TRYING] === 0;
  }

  /** Says whether that was the last one that had to be undone. */
  count(node: number, atom: AtomStatus): boolean {
    const now = againOf(atom);
    const before = this.#redone[node] as 0 | Again;
    if (now === before) return false;
    this.#redone[node] = now;
    if (now !== 0) this.#again[now]++;
    if (before === 0) return false;
    this.#again[before]--;
    return before === TO_UNDO && this.areUndone;
  }
}

function againOf({ intention, state }: AtomStatus): 0 | Again {
  if (intention === 'RETRY') return TRYING;
  if (intention !== 'REDO') return 0;
  return mayBeUndone(state) ? TO_UNDO : UNDONE;
}
