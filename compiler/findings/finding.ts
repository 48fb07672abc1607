import type { Place } from './place.js';

/** `error`: it will fail, or break durability, for certain. `warning`: it may be intended. `note`: it can't be known from source. */
export type Severity = 'error' | 'warning' | 'note';

/** One thing that the checker has to say, and where. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly place: Place;
  /** Other places that have to do with it, in reading order. */
  readonly related: readonly Related[];
}

export interface Related {
  readonly place: Place;
  readonly message: string;
}
