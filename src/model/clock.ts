/** Time as a part that is handed in, so that tests and simulations own it. The only place that reads the real one. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Milliseconds that only grow: for intervals, never for dates. */
  monotonicMs(): number;
  /** Calls back once after `delayMs`, of some weeks at most; the returned function cancels. Keeps the process alive until then, unless an option says otherwise. */
  after(delayMs: number, callback: () => void, options?: TimerOptions): () => void;
}

export interface TimerOptions {
  /** Whether the process stays alive for it. Default: `true`. */
  readonly keepsAlive?: boolean;
  /** Nothing of a run is due then: the app looks after its lease. A clock that skips time does not skip to it. Default: `false`. */
  readonly upkeep?: boolean;
}

/** Resolves when the work is done, however it ends, or with false when that takes too long. */
export function atMost(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => resolve(false));
    const end = (): void => {
      cancel();
      resolve(true);
    };
    work.then(end, end);
  });
}

/** The longest that a timer can wait; one that is to wait for longer would call at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback, { keepsAlive = true } = {}) {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_TIMER_MS));
    if (!keepsAlive) timer.unref();
    return () => clearTimeout(timer);
  },
};

/** The last moment that a date can name. */
export const LATEST_MS = 8_640_000_000_000_000;

/** A time in the journal: a whole number, and a date, however long the pause. */
export function timeAfter(nowMs: number, delayMs: number): number {
  return Math.min(LATEST_MS, Math.ceil(nowMs + delayMs));
}

/** Ids of runs have room for so many milliseconds: until the year 10889. */
const MAX_NOW_MS = 2 ** 48 - 1;

/**
 * A clock of the user's as the journal needs it: times are whole milliseconds. Where a reading is no time, or throws, it is
 * reckoned by the system's clock from the last one that was.
 *
 * @throws TypeError when a method is missing
 */
export function steadyClock(clock: Clock): Clock {
  if (clock === systemClock) return clock;
  for (const method of ['nowMs', 'monotonicMs', 'after'] as const) {
    if (typeof clock[method] !== 'function')
      throw new TypeError(`the clock has no ${method}(): give an object with nowMs, monotonicMs and after`);
  }
  const now = steady(
    () => clock.nowMs(),
    systemClock.nowMs(),
    (ms) => ms >= 0 && ms <= MAX_NOW_MS,
  );
  return {
    nowMs: () => Math.floor(now()),
    monotonicMs: steady(() => clock.monotonicMs(), 0, Number.isFinite),
    after(delayMs, callback, options) {
      let cancel: unknown;
      try {
        // The clock of a user's calls `setTimeout`, too.
        cancel = clock.after(Math.min(delayMs, LONGEST_TIMER_MS), callback, options);
      } catch {
        return systemClock.after(delayMs, callback, options);
      }
      return () => {
        if (typeof cancel === 'function') cancel();
      };
    },
  };
}

function steady(read: () => number, first: number, isTime: (ms: number) => boolean): () => number {
  let [last, readAtMs] = [first, systemClock.monotonicMs()];
  return () => {
    try {
      const ms = read();
      if (typeof ms === 'number' && isTime(ms)) {
        [last, readAtMs] = [ms, systemClock.monotonicMs()];
        return ms;
      }
    } catch {
      // Reckoned below.
    }
    return last + systemClock.monotonicMs() - readAtMs;
  };
}

/** A wait that ends with its time, or before it with {@link Pause.wake}. */
export class Pause {
  readonly #clock: Clock;
  #isWoken = false;
  readonly #ends = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after so many milliseconds, or with {@link wake}; at once when that was called since the last wait. */
  async for(ms: number): Promise<void> {
    if (!this.#isWoken) {
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.after(ms, () => end());
        const end = (): void => {
          cancel();
          this.#ends.delete(end);
          resolve();
        };
        this.#ends.add(end);
      });
    }
    this.#isWoken = false;
  }

  /** All that wait go on, or the next one that would wait. */
  wake(): void {
    this.#isWoken = true;
    for (const end of this.#ends) end();
  }
}
