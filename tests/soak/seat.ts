import type { Store } from './store.js';

/** A run that somebody is to bring to its end. */
export interface Task {
  readonly id: string;
  readonly flow: string;
  readonly n: number;
  /** One that may be removed once it has ended: its group. */
  readonly logbook?: string;
}

/** A place for one engine process, and for whoever comes after it. */
export interface Seat {
  readonly store: Store;
  /** A command that runs it, such as a container. */
  readonly within?: readonly string[];
  readonly takes: (flow: string) => boolean;
}
