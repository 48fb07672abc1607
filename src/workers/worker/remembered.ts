import type { CallEnd } from '../../calls/index.js';
import type { Clock } from '../../model/clock.js';

const MOST = 10_000;
const FOR_MS = 600_000;
/** Characters of all results together. */
const MOST_TEXT = 67_108_864;

interface Known {
  readonly end: CallEnd;
  readonly attempt: number;
  readonly atMs: number;
  readonly size: number;
}

/**
 * What pieces of work have come to, for some minutes: an engine that asks for one again, as the answer was lost with the engine before it,
 * has it told once more, and nothing is done twice. What came to nothing is done again, but for an engine that asks what came of that very call.
 */
export class Remembered {
  readonly #clock: Clock;
  readonly #ends = new Map<string, Known>();
  #size = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param attempt of the call that has ended */
  add(work: string, attempt: number, end: CallEnd, size: number): void {
    if (end.kind !== 'result' && end.kind !== 'failure') return;
    this.#delete(work);
    this.#ends.set(work, { end, attempt, atMs: this.#clock.monotonicMs(), size });
    this.#size += size;
    const sinceMs = this.#clock.monotonicMs() - FOR_MS;
    for (const [oldest, { atMs }] of this.#ends) {
      if (atMs >= sinceMs && this.#ends.size <= MOST && this.#size <= MOST_TEXT) break;
      this.#delete(oldest);
    }
  }

  /** What it has given. */
  result(work: string): CallEnd | undefined {
    const end = this.#ends.get(work)?.end;
    return end?.kind === 'result' ? end : undefined;
  }

  /** What it has given, or what this call of it has failed with. */
  endOf(work: string, attempt: number): CallEnd | undefined {
    const known = this.#ends.get(work);
    return known?.attempt === attempt ? known.end : this.result(work);
  }

  #delete(work: string): void {
    this.#size -= this.#ends.get(work)?.size ?? 0;
    this.#ends.delete(work);
  }
}
