import type { Entry } from './entry.js';

/** An entry as stores keep it: what surrounds it as it is, its transitions as text (see `encodeTransitions`). */
export interface StoredEntry extends Omit<Entry, 'transitions'> {
  readonly transitions: string;
}
