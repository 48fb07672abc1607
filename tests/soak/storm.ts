import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningPostgres, startPostgres } from '../../scripts/postgres.js';
import type { Crew } from './crew.js';
import type { Random } from './random.js';

export interface StormParams {
  readonly crew: Crew;
  readonly server: RunningPostgres;
  readonly random: Random;
  readonly restartEveryMs: number;
  /** It goes on until there were so many, however long that takes. */
  readonly leastRestarts: number;
  /** Mean time between two things that happen to an engine. */
  readonly disturbEveryMs: number;
  /** The longest that an engine is frozen: longer than its lease. */
  readonly freezeMs: number;
  say(what: string): void;
}

const ENDS = ['stop', 'crash', 'kill'] as const;
const WORDS = { stop: 'shut down in good order', crash: 'crashed (immediate)', kill: 'killed (SIGKILL)' } as const;
const STARTS = 200;

/** What happens to PostgreSQL and to the engines while they work. */
export class Storm {
  readonly restarts = { stop: 0, crash: 0, kill: 0 };
  readonly #params: StormParams;
  readonly #over = new AbortController();
  #untilMs = Number.POSITIVE_INFINITY;
  #server: RunningPostgres;

  constructor(params: StormParams) {
    this.#params = params;
    this.#server = params.server;
  }

  /** The server that runs when the storm is over. */
  get server(): RunningPostgres {
    return this.#server;
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Resolves when it is over, and PostgreSQL is there. */
  async rage(ms: number): Promise<void> {
    this.#untilMs = performance.now() + ms;
    const timer = setTimeout(() => this.#endIfDue(), ms);
    try {
      await Promise.all([this.#restarts(), this.#disturbances()]);
    } finally {
      clearTimeout(timer);
      this.#over.abort();
    }
  }

  #endIfDue(): void {
    const { stop, crash, kill } = this.restarts;
    if (performance.now() >= this.#untilMs && stop + crash + kill >= this.#params.leastRestarts) this.#over.abort();
  }

  async #restarts(): Promise<void> {
    for (let count = 0; await this.#pause(this.#params.restartEveryMs); count++) {
      const end = ENDS[count % ENDS.length] ?? 'stop';
      const startedMs = performance.now();
      await this.#server[end]();
      this.#server = await startAgain(this.#server);
      this.restarts[end]++;
      this.#endIfDue();
      this.#params.say(`PostgreSQL ${WORDS[end]}, back after ${Math.round(performance.now() - startedMs)} ms`);
    }
  }

  async #disturbances(): Promise<void> {
    const { crew, random, disturbEveryMs, freezeMs } = this.#params;
    while (await this.#pause(-Math.log(1 - random.next()) * disturbEveryMs)) {
      const chance = random.next();
      if (chance < 0.4) crew.kill();
      else if (chance < 0.75) crew.freeze(random.between(50, freezeMs));
      else crew.suspend();
    }
  }

  /** Says whether the storm goes on. */
  async #pause(ms: number): Promise<boolean> {
    await sleep(ms, undefined, { signal: this.#over.signal }).catch(() => undefined);
    return !this.#over.signal.aborted;
  }
}

/** Backends may outlive a server that was killed, and no new one starts before they are gone. */
async function startAgain({ dataDir, url }: RunningPostgres): Promise<RunningPostgres> {
  for (let start = 1; ; start++) {
    try {
      return await startPostgres({ dataDir, port: Number(new URL(url).port), settings: { max_connections: 200 } });
    } catch (error) {
      if (start >= STARTS) throw error;
      await sleep(20);
    }
  }
}
