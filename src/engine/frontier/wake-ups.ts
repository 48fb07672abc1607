import type { Moment } from '../state/protocol.js';
import { Heap } from './heap.js';

/** When something happens by itself. */
export interface DueTime {
  /** As the journal says it: in milliseconds since 1970. */
  readonly atMs: number;
  /** By the clock of this process that only grows. */
  readonly dueMs: number;
}

/** When an atom goes on by itself. */
export interface WakeUp extends DueTime {
  readonly atom: number;
}

/**
 * The times at which resting atoms go on, the earliest first. The journal keeps a time of the system's clock, which may be set. So
 * the engine works out once, when it learns of a pause, when that is over by the clock that only grows, and goes by that clock.
 * An entry that does not hold any more stays in the heap until {@link next} comes upon it.
 */
export class WakeUps {
  readonly #heap = new Heap<WakeUp>((a, b) => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.atom < b.atom));
  readonly #known = new Map<number, WakeUp>();
  /** Not measured yet: it takes the time of the step to do that. */
  #unmeasured: { readonly atom: number; readonly atMs: number; readonly rests: boolean }[] = [];

  /** @param rests it goes on when the time has come; otherwise something has to be undone before */
  set(atom: number, atMs: number, rests: boolean): void {
    this.#unmeasured.push({ atom, atMs, rests });
  }

  /** The atom waits for no time any more. */
  forget(atom: number): void {
    if (this.#known.size > 0) this.#known.delete(atom);
    if (this.#unmeasured.length > 0) this.#unmeasured = this.#unmeasured.filter((pause) => pause.atom !== atom);
  }

  /** Whether there is no pause of this atom, or it is over. */
  isOver(atom: number, moment: Moment): boolean {
    this.#measure(moment);
    return (this.#known.get(atom)?.dueMs ?? 0) <= moment.monotonicMs;
  }

  next(moment: Moment, holds: (wakeUp: WakeUp) => boolean): WakeUp | undefined {
    this.#measure(moment);
    for (let wakeUp = this.#heap.peek(); wakeUp !== undefined; wakeUp = this.#heap.peek()) {
      if (holds(wakeUp)) return wakeUp;
      this.#heap.pop();
    }
    return undefined;
  }

  #measure({ nowMs, monotonicMs }: Moment): void {
    for (const { atom, atMs, rests } of this.#unmeasured.splice(0)) {
      const before = this.#known.get(atom);
      const wakeUp = before?.atMs === atMs ? before : { atom, atMs, dueMs: monotonicMs + atMs - nowMs };
      this.#known.set(atom, wakeUp);
      if (rests) this.#heap.push(wakeUp);
    }
  }
}
