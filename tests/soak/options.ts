import type pg from 'pg';
import { ALL_KINDS, type FaultKind } from './faults.js';
import { FLOWS } from './flows.js';
import type { Way } from './store.js';

export interface SoakOptions {
  /** The bundled `engine-process.ts`. */
  readonly program: string;
  readonly minutes: number;
  /** Under way at once. */
  readonly runs: number;
  readonly seed: number;
  /** How each engine gets to PostgreSQL; the first one is never killed. Default: five, of all ways. */
  readonly ways?: readonly Way[];
  /** Only these. Default: all. */
  readonly flows?: readonly string[];
  /** How many inputs each flow has. Default: 6. */
  readonly inputs?: number;
  /** What happens. Default: everything. */
  readonly faults?: readonly FaultKind[];
  /** It takes as long as it takes until each of them has struck so often, at most twice `minutes` and three more. Default: 0. */
  readonly leastOfEach?: number;
  readonly leaseMs?: number;
  readonly storeTimeoutMs?: number;
  /** Mean times between two things that happen to PostgreSQL, to an engine, to a connection, to the directory. */
  readonly serverEveryMs?: number;
  readonly engineEveryMs?: number;
  readonly networkEveryMs?: number;
  readonly volumeEveryMs?: number;
  /** The longest that a network is not as it should be. */
  readonly networkMs?: number;
  readonly sampleEveryMs?: number;
  /** How long what is under way has to end, once nothing happens any more. */
  readonly drainMs?: number;
  /**
   * Breaks something that the soak must notice. `fence`: nothing keeps two steps from one place. `doubles`: bookings
   * leave a row too many. `split-brain`: after a switchover the old primary goes on to take writes.
   */
  readonly broken?: 'fence' | 'doubles' | 'split-brain';
  /** Whether what engines print is nobody's concern. */
  readonly hushed?: boolean;
  /** Told how it goes. */
  say?(what: string): void;
  /** Called when all has ended, before it is judged: tests tamper with it. */
  beforeJudgement?(database: pg.Pool): Promise<void>;
}

/** With everything said, except what has no default. */
export type SoakPlan = Required<Omit<SoakOptions, 'broken' | 'beforeJudgement'>> & Pick<SoakOptions, 'broken' | 'beforeJudgement'>;

/** Bookings need an engine with connections of its own. */
const WAYS: readonly Way[] = ['url', 'pool', 'kysely', 'url', 'url'];

export function planOf(options: SoakOptions): SoakPlan {
  return {
    ...{ ways: WAYS, flows: FLOWS.map(({ flow }) => flow.name), inputs: 6, faults: ALL_KINDS, leastOfEach: 0 },
    ...{ leaseMs: 2_000, storeTimeoutMs: 30_000, networkMs: 12_000, sampleEveryMs: 10_000, drainMs: 180_000 },
    ...{ serverEveryMs: 14_000, engineEveryMs: 1_500, networkEveryMs: 2_500, volumeEveryMs: 2_000 },
    ...{ hushed: false, say: () => undefined },
    ...options,
  };
}
