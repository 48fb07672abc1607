import type { Clock } from '../../model/clock.js';
import type { RunSummary } from '../../persistence/index.js';

const FIRST_MS = 60_000;
const LONGEST_MS = 3_600_000;
/** With each tick, so many are named at most. */
const MOST = 1_000;

interface Refusal {
  readonly untilMs: number;
  readonly nextMs: number;
}

type OfFlow = Pick<RunSummary, 'runId' | 'flow'>;

/**
 * Runs that this app can't go on with: left out for a minute, then for two, four and so on, so that others find them first. Of a
 * flow of which it knows more than it can name, such as after a deploy that fits no run, it leaves out all for that time.
 */
export class RefusedRuns {
  readonly #clock: Clock;
  /** What was refused last is last. */
  readonly #runs = new Map<string, Refusal & { readonly flow: string }>();
  readonly #flows = new Map<string, Refusal>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add({ runId, flow }: OfFlow): void {
    const refusal = this.#next(this.#runs.get(runId));
    this.#runs.delete(runId);
    this.#runs.set(runId, { ...refusal, flow });
    if (this.#runs.size > MOST) this.#forgetOne();
  }

  /** Whether this very run was refused, as far as it is known. */
  knows(runId: string): boolean {
    return this.#isNow(this.#runs.get(runId));
  }

  has({ runId, flow }: OfFlow): boolean {
    return this.knows(runId) || this.hasAllOf(flow);
  }

  /** Whether no run of this flow is to be taken up. */
  hasAllOf(flow: string): boolean {
    return this.#isNow(this.#flows.get(flow));
  }

  ids(): readonly string[] {
    return [...this.#runs.keys()].filter((runId) => this.knows(runId));
  }

  clear(): void {
    this.#runs.clear();
    this.#flows.clear();
  }

  /** The oldest of the flow with the most of them: what is not known by its id is left out with its flow. */
  #forgetOne(): void {
    const counts = new Map<string, number>();
    for (const { flow } of this.#runs.values()) counts.set(flow, (counts.get(flow) ?? 0) + 1);
    const [[largest] = ['']] = [...counts].sort(([, a], [, b]) => b - a);
    for (const [runId, { flow }] of this.#runs) {
      if (flow !== largest) continue;
      this.#runs.delete(runId);
      if (!this.hasAllOf(flow)) this.#flows.set(flow, this.#next(this.#flows.get(flow)));
      return;
    }
  }

  #next({ nextMs }: Pick<Refusal, 'nextMs'> = { nextMs: FIRST_MS }): Refusal {
    return { untilMs: this.#clock.monotonicMs() + nextMs, nextMs: Math.min(2 * nextMs, LONGEST_MS) };
  }

  #isNow(refusal: Refusal | undefined): boolean {
    return (refusal?.untilMs ?? Number.NEGATIVE_INFINITY) > this.#clock.monotonicMs();
  }
}
