import type { Clock } from '../../model/clock.js';

/** While runs wait that were started here, it is asked so often whether they may begin: nothing else asks for them. */
const ASK_MS = 1_000;

/**
 * Runs of flows with limits that were started by an app which begins nothing that others have left, such as one of a script: it asks
 * for these alone, until they are under way, wherever.
 */
export class WaitingStarts {
  readonly #clock: Clock;
  readonly #ask: (flow: string) => void;
  readonly #runs = new Map<string, Set<string>>();
  #cancel: (() => void) | undefined;

  /** @param ask lets the app look whether one of the flow may begin */
  constructor(clock: Clock, ask: (flow: string) => void) {
    this.#clock = clock;
    this.#ask = ask;
  }

  get flows(): readonly string[] {
    return [...this.#runs.keys()];
  }

  /** Ids of those of a flow. */
  of(flow: string): readonly string[] {
    return [...(this.#runs.get(flow) ?? [])];
  }

  add(flow: string, runId: string): void {
    this.#runs.set(flow, (this.#runs.get(flow) ?? new Set()).add(runId));
    this.#cancel ??= this.#later();
  }

  delete(flow: string, runId: string): void {
    const runs = this.#runs.get(flow);
    runs?.delete(runId);
    if (runs?.size === 0) this.#runs.delete(flow);
    if (this.#runs.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #later(): () => void {
    return this.#clock.after(ASK_MS, () => {
      this.#cancel = this.#runs.size > 0 ? this.#later() : undefined;
      for (const flow of this.flows) this.#ask(flow);
    });
  }
}
