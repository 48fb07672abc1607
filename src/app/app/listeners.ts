import { types } from 'node:util';
import type { FlowEvent, Listener } from '../../engine/index.js';

/** The listeners of an app. None can hurt a run: what it throws or rejects is ignored. */
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
    // A copy: one that is added meanwhile begins with the next event.
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
