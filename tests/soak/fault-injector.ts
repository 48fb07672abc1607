import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.js';

/** Something that happens again and again. */
export interface FaultSchedule {
  /** Mean time between two. */
  readonly everyMs: number;
  /** What is over when it resolves; the next one waits for it. */
  inject(): Promise<unknown> | unknown;
}

export interface FaultInjectorParams {
  readonly schedules: readonly FaultSchedule[];
  readonly random: Random;
  readonly forMs: number;
  /** It goes on for longer, at most twice and three minutes, until it has done enough. */
  readonly isEnough: () => boolean;
}

/** What happens to PostgreSQL, to the network and to the engines while they work. */
export class FaultInjector {
  readonly #params: FaultInjectorParams;
  readonly #over = new AbortController();

  constructor(params: FaultInjectorParams) {
    this.#params = params;
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Resolves when it is over, and what it began last, too. */
  async run(): Promise<void> {
    const { schedules, forMs, isEnough } = this.#params;
    const startedMs = performance.now();
    const looking = setInterval(() => {
      const ms = performance.now() - startedMs;
      if (ms >= forMs && (isEnough() || ms >= 2 * forMs + 180_000)) this.#over.abort();
    }, 100);
    try {
      await Promise.all(schedules.map((schedule) => this.#repeat(schedule)));
      if (!this.isOver) await sleep(forMs);
    } finally {
      clearInterval(looking);
      this.#over.abort();
    }
  }

  async #repeat({ everyMs, inject }: FaultSchedule): Promise<void> {
    while (await this.#pause(this.#params.random.between(0.3, 1.7) * everyMs)) await inject();
  }

  /** Says whether more is to be injected. */
  async #pause(ms: number): Promise<boolean> {
    await sleep(ms, undefined, { signal: this.#over.signal }).catch(() => undefined);
    return !this.isOver;
  }
}
