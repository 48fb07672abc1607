import type { Moment } from '../state/protocol.js';
import { Heap } from './heap.js';

/** When an atom goes on by itself. */
export interface Alarm {
  readonly atom: number;
  /** As the journal says it: in milliseconds since 1970. */
  readonly atMs: number;
  /** By the clock of this process that only grows. */
  readonly dueMs: number;
}

/**
 * When atoms that rest go on, the earliest first. What is left of a pause is measured once, when this process first hears
 * of it, and then by a clock that nobody sets. What is no longer so is dropped when it is looked at.
 */
export class Alarms {
  readonly #heap = new Heap<Alarm>((a, b) => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.atom < b.atom));
  readonly #known = new Map<number, Alarm>();
  #heard: { readonly atom: number; readonly atMs: number; readonly rests: boolean }[] = [];

  /** @param rests it goes on when the time has come; otherwise something has to be undone before */
  set(atom: number, atMs: number, rests: boolean): void {
    this.#heard.push({ atom, atMs, rests });
  }

  /** The atom waits for no time any more. */
  forget(atom: number): void {
    if (this.#known.size > 0) this.#known.delete(atom);
    if (this.#heard.length > 0) this.#heard = this.#heard.filter((one) => one.atom !== atom);
  }

  /** Whether there is no pause of this atom, or it is over. */
  isOver(atom: number, moment: Moment): boolean {
    this.#measure(moment);
    return (this.#known.get(atom)?.dueMs ?? 0) <= moment.monotonicMs;
  }

  next(moment: Moment, isSo: (alarm: Alarm) => boolean): Alarm | undefined {
    this.#measure(moment);
    for (let alarm = this.#heap.peek(); alarm !== undefined; alarm = this.#heap.peek()) {
      if (isSo(alarm)) return alarm;
      this.#heap.pop();
    }
    return undefined;
  }

  #measure({ nowMs, monotonicMs }: Moment): void {
    for (const { atom, atMs, rests } of this.#heard.splice(0)) {
      const before = this.#known.get(atom);
      const alarm = before?.atMs === atMs ? before : { atom, atMs, dueMs: monotonicMs + atMs - nowMs };
      this.#known.set(atom, alarm);
      if (rests) this.#heap.push(alarm);
    }
  }
}
