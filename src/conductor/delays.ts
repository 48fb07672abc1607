import { Backoff } from './backoff.js';
import type { Delay } from './outcome.js';

/** So many jobs are remembered. */
const MOST = 1_000;

/** How long jobs that are given back rest: longer each time, for a job that this conductor has given back before. */
export class Delays {
  readonly #soon = new Map<string, Backoff>();
  readonly #later = new Map<string, Backoff>();

  ofJob(id: string, delay: Delay): number {
    switch (delay) {
      case 'now':
        return 0;
      case 'soon':
      case 'store':
        return next(this.#soon, id, { firstMs: 1_000, longestMs: 30_000 });
      case 'later':
        return next(this.#later, id, { firstMs: 5_000, longestMs: 300_000 });
    }
  }

  forget(id: string): void {
    this.#soon.delete(id);
    this.#later.delete(id);
  }
}

function next(backoffs: Map<string, Backoff>, id: string, { firstMs, longestMs }: { firstMs: number; longestMs: number }): number {
  const backoff = backoffs.get(id) ?? new Backoff(firstMs, longestMs);
  backoffs.delete(id);
  backoffs.set(id, backoff);
  const [oldest] = backoffs.keys();
  if (backoffs.size > MOST && oldest !== undefined) backoffs.delete(oldest);
  return backoff.next();
}
