import type { CallEnd } from '../../calls/index.js';
import type { Clock } from '../../model/clock.js';

const MOST = 10_000;
const FOR_MS = 600_000;
/** Characters of all results together. */
const MOST_TEXT = 67_108_864;

interface Known {
  readonly end: CallEnd;
  readonly atMs: number;
  readonly size: number;
}

/**
 * What pieces of work have come to, for some minutes: an engine that asks for one again, as the answer was lost with the engine before it,
 * has it told once more, and nothing is done twice. What came to nothing is done again.
 */
export class Remembered {
  readonly #clock: Clock;
  readonly #results = new Map<string, Known>();
  #size = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(work: string, end: CallEnd, size: number): void {
    if (end.kind !== 'result') return;
    this.#delete(work);
    this.#results.set(work, { end, atMs: this.#clock.monotonicMs(), size });
    this.#size += size;
    const sinceMs = this.#clock.monotonicMs() - FOR_MS;
    for (const [oldest, { atMs }] of this.#results) {
      if (atMs >= sinceMs && this.#results.size <= MOST && this.#size <= MOST_TEXT) break;
      this.#delete(oldest);
    }
  }

  get(work: string): CallEnd | undefined {
    return this.#results.get(work)?.end;
  }

  #delete(work: string): void {
    this.#size -= this.#results.get(work)?.size ?? 0;
    this.#results.delete(work);
  }
}
