import { Heap } from './heap.js';

interface Alarm {
  readonly atom: number;
  readonly atMs: number;
}

/** When atoms that rest go on, the earliest first. What is no longer so is dropped when it is looked at. */
export class Alarms {
  readonly #heap = new Heap<Alarm>((a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.atom < b.atom));

  set(atom: number, atMs: number): void {
    this.#heap.push({ atom, atMs });
  }

  next(isSo: (alarm: Alarm) => boolean): Alarm | undefined {
    for (let alarm = this.#heap.peek(); alarm !== undefined; alarm = this.#heap.peek()) {
      if (isSo(alarm)) return alarm;
      this.#heap.pop();
    }
    return undefined;
  }
}
