import type { Moment } from '../state/protocol.js';
import type { RunStatus } from '../state/run-status.js';
import type { DueTime } from './wake-ups.js';

/**
 * When a run has to be done. As with {@link WakeUps} the journal keeps a time of the system's clock, of which the engine works out
 * once when that is by the clock that only grows.
 */
export class RunDeadline {
  readonly #run: RunStatus;
  #known: DueTime | undefined;

  constructor(run: RunStatus) {
    this.#run = run;
  }

  /** Nothing: there is no such time, the run goes back already, or is to end where it is. */
  next({ nowMs, monotonicMs }: Moment): DueTime | undefined {
    const { deadlineAtMs: atMs, goingBack, halted } = this.#run;
    if (atMs === undefined || goingBack || halted) return undefined;
    if (this.#known?.atMs !== atMs) this.#known = { atMs, dueMs: monotonicMs + atMs - nowMs };
    return this.#known;
  }
}
