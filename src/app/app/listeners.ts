import { types } from 'node:util';
import type { FlowEvent, Listener } from '../../engine/index.js';

/** Who is told of events. A listener can't hurt a run: what it throws or rejects is ignored. */
export class Listeners {
  readonly #listeners = new Set<Listener>();

  get size(): number {
    return this.#listeners.size;
  }

  /** The returned function removes it. */
  add(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: FlowEvent): void {
    // Whoever is added meanwhile hears of what comes next.
    for (const listener of [...this.#listeners]) {
      try {
        const heard: unknown = listener(event);
        if (types.isPromise(heard)) heard.catch(() => undefined);
      } catch {
        // See above.
      }
    }
  }
}
