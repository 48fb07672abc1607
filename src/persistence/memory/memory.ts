import { type Clock, steadyClock, systemClock } from '../../model/clock.js';
import type { Persistence } from '../contract/journal.js';
import { MemoryJournal, MemoryStore } from './memory-journal.js';

export interface MemoryOptions {
  /** Judges leases. Default: the system's clock. */
  readonly clock?: Clock;
}

/**
 * Keeps runs in this process: nothing survives its end, so that secrets are at rest nowhere, and stay as they are. For
 * tests, and for flows that need no more than rollback. Everything that connects to the same value sees the same runs.
 *
 * @example
 * ```ts
 * import { flowproof, memory } from 'flowproof';
 * const app = flowproof({ persistence: memory(), flows: [] });
 * await app.stop();
 * ```
 */
export function memory(options: MemoryOptions = {}): Persistence {
  const store = new MemoryStore(steadyClock(options.clock ?? systemClock));
  return { kind: 'memory', keepsSecrets: true, connect: () => new MemoryJournal(store) };
}
