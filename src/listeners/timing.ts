import type { AtomEvent, FlowEvent, Listener } from '../engine/index.js';
import { Histogram } from './histogram.js';

/** How long one task took, over all runs that were heard of. */
export interface TaskTiming {
  readonly flow: string;
  /** Node names from the root flow, joined by `/`. */
  readonly path: string;
  /** How often its execute came to an end: once for each round, however many attempts that took. */
  readonly count: number;
  /** How many of those were failures. */
  readonly failures: number;
  /** Calls of execute. */
  readonly attempts: number;
  /** Half of the rounds took at most so many milliseconds, attempts and pauses included; within a hundredth. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  /** How often revert came to an end, and the milliseconds that all of them took. */
  readonly reverts: number;
  readonly revertMs: number;
}

export interface TimingReport {
  /** Those that took longest first, by the sum of their times. */
  readonly tasks: readonly TaskTiming[];
  /** Events of more tasks than are kept apart: how many were left out. */
  readonly leftOut: number;
}

/** A listener that counts how long tasks take. */
export interface TimingListener extends Listener {
  /** What was counted so far. */
  report(): TimingReport;
  /** Counts from nothing again. */
  reset(): void;
}

/** Tasks that are kept apart: flows that are made while the app runs may have any number. */
const MAX_TASKS = 1_000;

/**
 * A listener that counts how long each task takes, and how often it was called. It keeps no run and no event: its memory does not grow with
 * the number of runs, and ends with 1,000 tasks.
 *
 * @example
 * ```ts
 * import { flowproof, memory } from 'flowproof';
 * import { timing } from 'flowproof/listeners';
 *
 * const times = timing();
 * const app = flowproof({ persistence: memory(), flows: [], onEvent: times });
 * await app.stop();
 * console.table(times.report().tasks);
 * ```
 */
export function timing(): TimingListener {
  const tasks = new Map<string, Timed>();
  let leftOut = 0;
  const listener = (event: FlowEvent): void => {
    if (event.type !== 'task' || event.durationMs === undefined) return;
    // It begins with the name of its flow, so no two tasks share it.
    let task = tasks.get(event.path);
    if (task === undefined) {
      if (tasks.size >= MAX_TASKS) {
        leftOut++;
        return;
      }
      task = new Timed(event.flow, event.path);
      tasks.set(event.path, task);
    }
    task.add(event, event.durationMs);
  };
  return Object.assign(listener, {
    report: (): TimingReport => ({
      tasks: [...tasks.values()].sort((one, other) => other.sumMs - one.sumMs).map((task) => task.report()),
      leftOut,
    }),
    reset(): void {
      tasks.clear();
      leftOut = 0;
    },
  });
}

class Timed {
  readonly #executes = new Histogram();
  readonly #reverts = new Histogram();
  #failures = 0;
  #attempts = 0;

  constructor(
    readonly flow: string,
    readonly path: string,
  ) {}

  get sumMs(): number {
    return this.#executes.sum + this.#reverts.sum;
  }

  add({ phase, state, attempt }: AtomEvent, durationMs: number): void {
    if (phase === 'revert') {
      this.#reverts.add(durationMs);
      return;
    }
    this.#executes.add(durationMs);
    this.#attempts += attempt;
    if (state === 'FAILURE') this.#failures++;
  }

  report(): TaskTiming {
    const executes = this.#executes;
    return {
      flow: this.flow,
      path: this.path,
      count: executes.count,
      failures: this.#failures,
      attempts: this.#attempts,
      p50Ms: executes.quantile(0.5),
      p95Ms: executes.quantile(0.95),
      maxMs: executes.max,
      reverts: this.#reverts.count,
      revertMs: this.#reverts.sum,
    };
  }
}
