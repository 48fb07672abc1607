import fc from 'fast-check';
import { type History, histories, type Shift, TO_THE_END } from './history.js';
import type { lived, Met } from './lived.js';
import type { Where } from './where.js';

/** More writes than any of these runs needs. */
const MAX_WRITES = 80;

export interface Search {
  readonly seed: number;
  readonly runs: number;
  /** Whether to look for a smaller history, too. */
  readonly shrinks: boolean;
  /** Default: in memory. */
  readonly where?: () => Where;
}

/**
 * Histories of changed flows, each with a process that dies at the first write, at the second, and so on: what is wrong with
 * one of them, if anything is.
 */
export async function searched(live: typeof lived, met: Met, { seed, runs, shrinks, where }: Search): Promise<string | undefined> {
  const property = fc.asyncProperty(histories, async (history) => {
    for (let write = 0; write < MAX_WRITES; write++) {
      const { wrong, died } = await live(history, first(history, write), met, where?.());
      if (wrong.length > 0) throw new Error(`it dies at write ${write}:\n${wrong.join('\n')}`);
      if (!died) break;
    }
  });
  return found(await fc.check(property, { seed, numRuns: runs, endOnFailure: !shrinks }));
}

/** The same where most of the time is waiting: so many histories at once, and of each the one in which it dies at some write. */
export async function searchedTogether(
  live: typeof lived,
  met: Met,
  { seed, runs, shrinks, where, atOnce }: Search & { readonly atOnce: number },
): Promise<string | undefined> {
  const property = fc.asyncProperty(fc.array(histories, { minLength: atOnce, maxLength: atOnce }), async (together) => {
    const all = await Promise.all(together.map((history) => live(history, first(history, history.shifts[0]?.at ?? 0), met, where?.())));
    for (const { wrong } of all) if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });
  return found(await fc.check(property, { seed, numRuns: Math.ceil(runs / atOnce), endOnFailure: !shrinks }));
}

function found<Values>({ failed, errorInstance, seed, counterexamplePath, counterexample }: fc.RunDetails<Values>): string | undefined {
  if (!failed) return undefined;
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return `${why}\nseed ${seed}, path ${counterexamplePath}: ${JSON.stringify(counterexample)}`;
}

function first({ shifts }: History, write: number): Shift {
  const { executor, loses, onFailure } = shifts[0] ?? TO_THE_END;
  return { ...TO_THE_END, until: write % 2 === 0 ? 'die-after' : 'die-before', at: write, executor, loses, onFailure };
}
