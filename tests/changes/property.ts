import fc from 'fast-check';
import { type History, histories, type Shift } from './history.js';
import type { lived, Met } from './lived.js';

/** More writes than any of these runs needs. */
const MAX_WRITES = 80;

export interface Search {
  readonly seed: number;
  readonly runs: number;
  /** Whether to look for a smaller history, too. */
  readonly shrinks: boolean;
}

/**
 * Histories of changed flows, each with a process that dies at the first write, at the second, and so on: what is wrong with
 * one of them, if anything is.
 */
export async function searched(live: typeof lived, met: Met, { seed, runs, shrinks }: Search): Promise<string | undefined> {
  const property = fc.asyncProperty(histories, async (history) => {
    for (let write = 0; write < MAX_WRITES; write++) {
      const { wrong, died } = await live(history, first(history, write), met);
      if (wrong.length > 0) throw new Error(`it dies at write ${write}:\n${wrong.join('\n')}`);
      if (!died) break;
    }
  });
  const found = await fc.check(property, { seed, numRuns: runs, endOnFailure: !shrinks });
  if (!found.failed) return undefined;
  const why = found.errorInstance instanceof Error ? found.errorInstance.message : String(found.errorInstance);
  return `${why}\nseed ${seed}, path ${found.counterexamplePath}: ${JSON.stringify(found.counterexample)}`;
}

function first({ shifts }: History, write: number): Shift {
  const executor = shifts[0]?.executor ?? 'serial';
  return { until: write % 2 === 0 ? 'die-after' : 'die-before', at: write, executor, cancels: false };
}
