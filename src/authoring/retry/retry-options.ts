import type { BackoffDefinition, StockRetry } from '../definition/definition.js';
import { asRecord, unknownKeys } from '../placement/placement.js';

/** A pause before each further attempt. It is part of the journal, so a crash does not shorten it. */
export interface Backoff {
  /** Before the second attempt. */
  readonly delayMs: number;
  /** How many times as long each further pause is. Default 2; 1 keeps all alike. */
  readonly factor?: number;
  /** No pause is longer. Default 60,000. */
  readonly maxMs?: number;
  /**
   * Part of a pause that is left to chance, from 0 to 1, so that runs which failed together don't try again together:
   * with 0.1, the default, a pause takes from 90 to 100 % of its time.
   */
  readonly jitter?: number;
}

/** The options of stock retries, beside what they try. */
export interface RetryOptions {
  /** Default: the next attempt begins at once. */
  readonly backoff?: Backoff;
  /**
   * What happens when nothing is left to try. `REVERT` (default): the retry around it is asked, or the run goes back.
   * `REVERT_ALL`: the run goes back, whoever is around it. `REVERT_LOCAL`: this flow and what comes after it are undone,
   * the rest stays.
   */
  readonly otherwise?: 'REVERT' | 'REVERT_ALL' | 'REVERT_LOCAL';
}

const DEFAULT_FACTOR = 2;
const DEFAULT_MAX_MS = 60_000;
const DEFAULT_JITTER = 0.1;
const KNOWN = new Set(['backoff', 'otherwise']);
const KNOWN_TO_BACKOFF = new Set(['delayMs', 'factor', 'maxMs', 'jitter']);

/** The options as they are kept. Takes anything: whatever is wrong is for `compile()` to say. */
export function stockRetry(options: RetryOptions | undefined): StockRetry {
  if (options === undefined) return {};
  const { backoff, otherwise } = options;
  const unknownOptions = [...unknownKeys(options, KNOWN), ...unknownKeys(backoff, KNOWN_TO_BACKOFF)];
  return {
    ...(backoff === undefined ? {} : { backoff: backoffOf(asRecord(backoff)) }),
    ...(otherwise === undefined ? {} : { otherwise }),
    ...(unknownOptions.length === 0 ? {} : { unknownOptions: Object.freeze(unknownOptions) }),
  };
}

function backoffOf({ delayMs, factor, maxMs, jitter }: Partial<Backoff>): BackoffDefinition {
  return Object.freeze({
    delayMs: delayMs ?? Number.NaN,
    factor: factor ?? DEFAULT_FACTOR,
    maxMs: maxMs ?? DEFAULT_MAX_MS,
    jitter: jitter ?? DEFAULT_JITTER,
  });
}
