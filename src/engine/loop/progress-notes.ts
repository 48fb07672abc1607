import type { Clock } from '../../model/clock.js';
import type { EngineEvent } from '../state/protocol.js';

type Note = Extract<EngineEvent, { kind: 'progress' }>;

/** A note waits at most this long for a step that it can go with. */
const LONGEST_WAIT_MS = 1_000;

/** How far calls are, to be written with the next step, or in a second: telling progress costs no write of its own. */
export class ProgressNotes {
  readonly #clock: Clock;
  readonly #due: () => void;
  #notes = new Map<number, Note>();
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, due: () => void) {
    this.#clock = clock;
    this.#due = due;
  }

  /** Takes the place of an earlier note of the same call; details stay until there are new ones. */
  add(note: Note): void {
    const before = this.#notes.get(note.call.atom);
    this.#notes.set(
      note.call.atom,
      before?.details === undefined || note.details !== undefined ? note : { ...note, details: before.details },
    );
    this.#cancel ??= this.#clock.after(LONGEST_WAIT_MS, this.#due);
  }

  take(): readonly Note[] {
    if (this.#notes.size === 0) return NONE;
    const notes = [...this.#notes.values()];
    this.end();
    return notes;
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#notes.clear();
  }
}

const NONE: readonly Note[] = [];
