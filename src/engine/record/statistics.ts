import type { Clock } from '../../model/clock.js';
import type { ActiveRun } from '../decide/run.js';

/** What an engine has done for a run since it has had it; TaskFlow. Not stored: another engine begins to count anew. */
export interface RunStatistics {
  /** Steps that were written. */
  readonly steps: number;
  /** Calls of tasks and retries. */
  readonly calls: number;
  /** Answers that came too late to count. */
  readonly discarded: number;
  /** Calls without an answer yet. */
  readonly inFlight: number;
  /** Calls that are not waited for any more, and have not ended: their time is over, and nothing can end their code. See the event `stuck`. */
  readonly stuck: number;
  /** Tasks and retries that are done or skipped. */
  readonly completed: number;
  /** All others. */
  readonly incomplete: number;
  /** Since the engine has the run. */
  readonly activeMs: number;
  /** Part of it in which only calls were waited for. */
  readonly waitingMs: number;
  /** Part of it in which a step was being made durable. */
  readonly writingMs: number;
}

/** Counts, and tells times apart: waiting for calls, writing, and the engine's own work. */
export class Statistics {
  readonly #clock: Clock;
  readonly #beganMs: number;
  #sinceMs: number;
  #doing: 'waiting' | 'writing' | 'working' = 'working';
  #waitingMs = 0;
  #writingMs = 0;
  #steps = 0;
  #discarded = 0;
  calls = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#beganMs = this.#sinceMs = clock.monotonicMs();
  }

  waits(): void {
    this.#turn('waiting');
  }

  writes(): void {
    this.#steps++;
    this.#turn('writing');
  }

  works(): void {
    this.#turn('working');
  }

  discards(answers: number): void {
    this.#discarded += answers;
  }

  of({ status, frontier }: ActiveRun, stuck: number): RunStatistics {
    this.#turn(this.#doing);
    const completed = status.atoms.filter(({ state }) => state === 'SUCCESS' || state === 'IGNORE').length;
    return {
      steps: this.#steps,
      calls: this.calls,
      discarded: this.#discarded,
      inFlight: frontier.called,
      stuck,
      completed,
      incomplete: status.atoms.length - completed,
      activeMs: this.#sinceMs - this.#beganMs,
      waitingMs: this.#waitingMs,
      writingMs: this.#writingMs,
    };
  }

  #turn(next: 'waiting' | 'writing' | 'working'): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#doing === 'waiting') this.#waitingMs += nowMs - this.#sinceMs;
    if (this.#doing === 'writing') this.#writingMs += nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    this.#doing = next;
  }
}
