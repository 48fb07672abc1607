import { memory, type Persistence } from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';

/** Where runs are kept, and by which clock. */
export interface Where {
  readonly store: Persistence;
  /** Absent: time goes on by itself. */
  readonly clock?: VirtualClock;
  readonly leaseMs: number;
  /** Of the run, and of the logbook that it is alone in. */
  readonly id: string;
}

export function inMemory(): Where {
  const clock = new VirtualClock(1_000_000);
  return { store: memory({ clock }), clock, leaseMs: 5_000, id: 'r' };
}
