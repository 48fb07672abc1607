import { inWords } from '../../model/in-words.js';
import { shownName } from '../../model/names.js';
import { isEnded, type RunState } from '../../model/states.js';
import type { Journal, PruneParams } from './journal.js';
import { checkCursor, checkLimit, checkWhich, listOf } from './paging.js';

/** What is kept of failed runs is what an operator goes on with: they are removed only when asked for. */
const DEFAULT_STATES: readonly RunState[] = ['SUCCESS', 'REVERTED', 'CANCELLED'];
/** Few enough that whoever needs one of these rows waits for a moment only. */
const DEFAULT_BATCH = 100;

/** A prune with everything said. */
export type PruneOrder = Required<Omit<PruneParams, 'flow' | 'logbook' | 'after'>> & Pick<PruneParams, 'flow' | 'logbook' | 'after'>;

/** What a Date can say; all that databases can, too. */
const MAX_MS = 8.64e15;

/**
 * Judges what is to be pruned, alike for every store, and fills in the defaults. A time beyond all times is the first or the last.
 * @throws TypeError when a state is not one in which a run has ended, or something is not what it must be
 */
export function pruneOrder({ states = DEFAULT_STATES, limit = DEFAULT_BATCH, ...rest }: PruneParams): PruneOrder {
  const open = listOf('states', states).find((state) => !isEnded(state as RunState));
  if (open !== undefined) throw new TypeError(`runs that are ${shownName(open)} can't be pruned: only those that have ended`);
  checkLimit(limit);
  checkCursor('after', rest.after);
  checkWhich(rest);
  const { endedBeforeMs } = rest;
  if (typeof endedBeforeMs !== 'number' || Number.isNaN(endedBeforeMs))
    throw new TypeError(`endedBeforeMs is ${inWords(endedBeforeMs)}: it must be milliseconds since 1970`);
  return { states, limit, ...rest, endedBeforeMs: Math.min(Math.max(endedBeforeMs, 0), MAX_MS) };
}

export interface PruneAllParams extends Omit<PruneParams, 'after'> {
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
  /** Called after each batch, with the ids of the runs that are gone. */
  readonly onBatch?: (runIds: readonly string[]) => void;
}

/**
 * Removes all runs that ended before a time, a batch at a time, each batch whole or not at all; runs that end or begin
 * meanwhile don't wait for it.
 *
 * @returns how many runs are gone
 * @throws TypeError for a state in which a run has not ended; PersistenceError `STORE_UNREACHABLE`: what was pruned before it stays so
 */
export async function pruneAll(journal: Journal, { signal, onBatch, ...params }: PruneAllParams): Promise<number> {
  let pruned = 0;
  for (let after: string | undefined; ; ) {
    if (signal?.aborted === true) return pruned;
    const { runIds, next } = await journal.prune({ ...params, ...(after === undefined ? {} : { after }) });
    pruned += runIds.length;
    if (runIds.length > 0) onBatch?.(runIds);
    if (next === undefined) return pruned;
    after = next;
  }
}
