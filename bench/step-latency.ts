/**
 * Takes the time from the end of each task to the beginning of the next one of its flow: what it costs until the first is
 * remembered and the second may begin. For all systems the same two calls, inside the task.
 */
export class StepLatency {
  readonly #ends = new Map<string, number>();
  #us: number[] = [];
  #calls = 0;

  /** First thing in a task. */
  begin(flow: string): void {
    this.#calls++;
    const end = this.#ends.get(flow);
    if (end !== undefined) this.#us.push((performance.now() - end) * 1_000);
  }

  /** Last thing in a task. */
  end(flow: string): void {
    this.#ends.set(flow, performance.now());
  }

  /** What begins now belongs to other flows, whatever they are called. */
  forget(): void {
    this.#ends.clear();
  }

  /** What was taken since the last time, and how many tasks were called. */
  take(): { readonly latenciesUs: readonly number[]; readonly calls: number } {
    const taken = { latenciesUs: this.#us, calls: this.#calls };
    this.forget();
    this.#us = [];
    this.#calls = 0;
    return taken;
  }
}

/** The value below which so many of a hundred lie; null of none. */
export function percentile(values: readonly number[], percent: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? null;
}
