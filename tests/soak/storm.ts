import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.js';

/** Something that happens again and again. */
export interface Gust {
  /** Mean time between two. */
  readonly everyMs: number;
  /** What is over when it resolves; the next one waits for it. */
  strike(): Promise<unknown> | unknown;
}

export interface StormParams {
  readonly gusts: readonly Gust[];
  readonly random: Random;
  readonly forMs: number;
  /** It goes on for longer, at most twice and three minutes, until it has done enough. */
  readonly isEnough: () => boolean;
}

/** What happens to PostgreSQL, to the network and to the engines while they work. */
export class Storm {
  readonly #params: StormParams;
  readonly #over = new AbortController();

  constructor(params: StormParams) {
    this.#params = params;
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Resolves when it is over, and what it began last, too. */
  async rage(): Promise<void> {
    const { gusts, forMs, isEnough } = this.#params;
    const startedMs = performance.now();
    const looking = setInterval(() => {
      const ms = performance.now() - startedMs;
      if (ms >= forMs && (isEnough() || ms >= 2 * forMs + 180_000)) this.#over.abort();
    }, 100);
    try {
      await Promise.all(gusts.map((gust) => this.#blow(gust)));
      if (!this.isOver) await sleep(forMs);
    } finally {
      clearInterval(looking);
      this.#over.abort();
    }
  }

  async #blow({ everyMs, strike }: Gust): Promise<void> {
    while (await this.#pause(this.#params.random.between(0.3, 1.7) * everyMs)) await strike();
  }

  /** Says whether the storm goes on. */
  async #pause(ms: number): Promise<boolean> {
    await sleep(ms, undefined, { signal: this.#over.signal }).catch(() => undefined);
    return !this.isOver;
  }
}
