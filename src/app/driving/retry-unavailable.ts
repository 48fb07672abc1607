import type { Clock } from '../../model/clock.js';
import { isFlowproofError } from '../../model/errors.js';

const PAUSE_MS = 200;

export interface UnavailableOptions {
  readonly clock: Clock;
  /** How long a store may be away. */
  readonly storeTimeoutMs: number;
  /** The app was stopped: there is no more waiting. */
  isOver(): boolean;
  /** Called when the first try has failed and others follow. */
  readonly onWait?: (error: Error) => void;
}

/**
 * Reads from a store that may be away for a moment: whoever waits for a run waits for its store, too.
 *
 * @throws PersistenceError `STORE_UNREACHABLE` when it is away for longer; anything else at once
 */
export async function retryUnavailable<Result>(read: () => Promise<Result>, options: UnavailableOptions): Promise<Result> {
  const { clock, storeTimeoutMs, isOver, onWait } = options;
  const startedMs = clock.monotonicMs();
  for (let tries = 1; ; tries++) {
    try {
      return await read();
    } catch (error) {
      const isLate = clock.monotonicMs() - startedMs >= storeTimeoutMs;
      if (!isFlowproofError(error, 'STORE_UNREACHABLE') || isLate || isOver()) throw error;
      if (tries === 1) onWait?.(error);
      await new Promise<void>((resolve) => clock.after(PAUSE_MS, resolve));
    }
  }
}
