/** Time as a part that is handed in, so that tests and simulations own it. The only place that reads the real one. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Milliseconds that only grow: for intervals, never for dates. */
  monotonicMs(): number;
  /** Calls back once after `delayMs`; the returned function cancels. Keeps the process alive until then. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
