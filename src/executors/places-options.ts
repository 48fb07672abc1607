import { availableParallelism } from 'node:os';
import { inWords } from '../model/in-words.js';
import type { PoolOptions } from '../places/index.js';

/** How many threads or processes there are, and for how long. */
export interface PlacesOptions {
  /** At most so many, each with one call at a time: so many calls of all runs of the app are made at once. Default: as many as processors. */
  readonly size?: number;
  /** After so many calls a new one takes its place, for code that keeps ever more memory. Default: 10,000. */
  readonly maxCalls?: number;
  /** One that has had nothing to do for so long ends, and begins again when a call waits for it. Default: 60,000; `Infinity`: never. */
  readonly idleMs?: number;
  /**
   * So long one may take to start, with the import of the module and its `services`. Then it is ended, and whoever waits for it
   * hears why: `ready()` of the app, or a call, which counts as lost. Default: 60,000; `Infinity`: for ever.
   */
  readonly startTimeoutMs?: number;
  /**
   * The heap that each may have, in megabytes: one that needs more dies, which costs the call that it makes. A thread that wants a single piece
   * larger than all that is left takes the app with it: use `processes` for code that may. `Buffer`s and typed arrays are not in the heap.
   * Default: what Node.js gives.
   */
  readonly memoryMb?: number;
  /** Flags of Node.js for them, such as `['--enable-source-maps']`. Default: those of this process. */
  readonly execArgv?: readonly string[];
}

const MAX_CALLS = 10_000;
const IDLE_MS = 60_000;
const START_TIMEOUT_MS = 60_000;

/** @throws RangeError when one of them is no such number */
export function poolOptions(caller: string, options: PlacesOptions): PoolOptions {
  const { size = availableParallelism(), maxCalls = MAX_CALLS, idleMs = IDLE_MS, startTimeoutMs = START_TIMEOUT_MS, memoryMb } = options;
  const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;
  check(isCount(size), 'size', size, 'a whole number of at least 1');
  check(isCount(maxCalls) || maxCalls === Number.POSITIVE_INFINITY, 'maxCalls', maxCalls, 'a whole number of at least 1');
  check(idleMs >= 0, 'idleMs', idleMs, 'a number of milliseconds');
  check(startTimeoutMs > 0, 'startTimeoutMs', startTimeoutMs, 'a number of milliseconds');
  check(memoryMb === undefined || memoryMb > 0, 'memoryMb', memoryMb, 'a number of megabytes');
  return { size, maxCalls, idleMs, startTimeoutMs };

  function check(isFit: boolean, name: string, value: unknown, wanted: string): void {
    if (!isFit) throw new RangeError(`${caller}(…, { ${name}: ${inWords(value)} }): give ${wanted}`);
  }
}
