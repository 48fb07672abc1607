import type { Clock } from '../../model/clock.js';
import { RUN_STATES, type RunState } from '../../model/states.js';
import type { Asked } from '../base/asked.js';
import type { NamedApp } from '../base/viewed.js';
import { listQuery } from './query.js';

/** How many runs there are in each state; where there are more than were counted, `isMore`. */
export type StateCounts = Readonly<Record<RunState, { readonly count: number; readonly isMore: boolean }>>;

/** So many runs of a state are counted: it has to stay cheap while a page looks every few seconds. */
const MOST_COUNTED = 1_000;
/** What was counted is right for so long. */
const FRESH_MS = 2_000;
const MOST_KEPT = 100;

/** Counts runs by state, once for all who look at the same time. */
export class RunCounts {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #kept = new Map<string, { readonly atMs: number; readonly counts: Promise<StateCounts> }>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** `GET …/counts` */
  view({ app, query }: Asked): Promise<StateCounts> {
    const { limit: _, before: __, text: ___, states: ____, ...filter } = listQuery(query);
    const named = app();
    const key = JSON.stringify([named.name, filter]);
    const now = this.#clock.monotonicMs();
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.atMs > now - FRESH_MS) return kept.counts;
    const counts = counted(named, filter);
    this.#kept.delete(key);
    this.#kept.set(key, { atMs: now, counts });
    counts.catch(() => this.#kept.delete(key));
    for (const old of this.#kept.keys()) if (this.#kept.size > MOST_KEPT) this.#kept.delete(old);
    return counts;
  }
}

async function counted({ app }: NamedApp, filter: object): Promise<StateCounts> {
  const all = await Promise.all(
    RUN_STATES.map(async (state) => {
      const { runs, next } = await app.runs({ ...filter, states: [state], limit: MOST_COUNTED });
      return [state, { count: runs.length, isMore: next !== undefined }] as const;
    }),
  );
  return Object.fromEntries(all) as StateCounts;
}
