import type { Clock } from '../../model/clock.js';
import type { Journal, WakeTime } from '../../persistence/index.js';
import type { ActiveRuns } from './active-runs.js';
import type { Ticker } from './ticker.js';

export interface SleepersParts {
  readonly clock: Clock;
  readonly journal: Pick<Journal, 'capabilities'>;
  readonly ticker: Pick<Ticker, 'use' | 'hurry'>;
}

interface Sleeper {
  readonly wakeAtMs: WakeTime;
  /** Lets the ticker rest. */
  done?: () => void;
}

/**
 * The runs that this app has let go of, where no other process could take them: a store of this process alone needs no look
 * every second, since the app knows when the next one is due. Runs that do not outlive the process keep it alive.
 */
export class Sleepers {
  readonly #parts: SleepersParts;
  readonly #runs = new Map<string, Sleeper>();
  readonly #isAlone: boolean;
  readonly #keepsAlive: boolean;
  #cancel: (() => void) | undefined;
  #nextMs = Number.POSITIVE_INFINITY;
  #onNone: (() => void)[] = [];

  constructor(parts: SleepersParts) {
    this.#parts = parts;
    const { multiProcess, outlivesProcess } = parts.journal.capabilities;
    this.#isAlone = !multiProcess;
    this.#keepsAlive = !outlivesProcess;
  }

  add(runId: string, wakeAtMs: WakeTime): void {
    if (!this.#isAlone) return;
    this.delete(runId);
    const sleeper: Sleeper = { wakeAtMs };
    this.#runs.set(runId, sleeper);
    if (this.#keepsAlive) this.#keepAlive(runId, sleeper);
    if (wakeAtMs !== 'never' && wakeAtMs < this.#nextMs) this.#wakeAt(wakeAtMs);
  }

  /** It is not asleep any more. */
  delete(runId: string): void {
    this.#runs.get(runId)?.done?.();
    this.#runs.delete(runId);
    if (this.#runs.size === 0) for (const resolve of this.#onNone.splice(0)) resolve();
  }

  /** Resolves when no run is driven any more, and none is asleep that ends with this process. */
  async allRest(active: Pick<ActiveRuns, 'settled' | 'size'>): Promise<void> {
    do {
      await active.settled();
      await this.#none();
    } while (active.size > 0);
  }

  #none(): Promise<void> {
    if (!this.#keepsAlive || this.#runs.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onNone.push(resolve));
  }

  /** The app stops. */
  end(): void {
    this.#cancel?.();
    for (const runId of [...this.#runs.keys()]) this.delete(runId);
  }

  #keepAlive(runId: string, sleeper: Sleeper): void {
    void this.#parts.ticker.use().then((done) => {
      if (this.#runs.get(runId) === sleeper) sleeper.done = done;
      else done();
    });
  }

  #wakeAt(atMs: number): void {
    const { clock } = this.#parts;
    this.#cancel?.();
    this.#nextMs = atMs;
    this.#cancel = clock.after(Math.max(0, atMs - clock.nowMs()), () => this.#wake(), { keepsAlive: false });
  }

  #wake(): void {
    const { clock, ticker } = this.#parts;
    const nowMs = clock.nowMs();
    const times = [...this.#runs.values()].flatMap(({ wakeAtMs }) => (wakeAtMs === 'never' || wakeAtMs <= nowMs ? [] : [wakeAtMs]));
    this.#nextMs = Number.POSITIVE_INFINITY;
    if (times.length > 0) this.#wakeAt(times.reduce((a, b) => Math.min(a, b)));
    ticker.hurry();
  }
}
