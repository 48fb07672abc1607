import { memory, type Persistence } from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';

/** Where one run is kept, and by which clock. */
export interface Where {
  readonly store: Persistence;
  /** Absent: time goes on by itself. */
  readonly clock?: VirtualClock;
  readonly id: string;
}

export function inMemory(): Where {
  const clock = new VirtualClock(1_000_000);
  return { store: memory({ clock }), clock, id: 'r' };
}
