import type { Store } from './store.js';

/** A run that a worker is to bring to its end. */
export interface Task {
  readonly id: string;
  readonly flow: string;
  readonly n: number;
  /** One that may be removed once it has ended: its group. */
  readonly logbook?: string;
}

/** What one engine process is started with, and each that replaces it. */
export interface WorkerSpec {
  readonly store: Store;
  /** A command that runs it, such as a container. */
  readonly within?: readonly string[];
  readonly takes: (flow: string) => boolean;
}
