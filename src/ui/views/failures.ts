import type { RunInfo, RunView } from '../../app/index.js';
import { systemClock } from '../../model/clock.js';
import { isFlowproofError } from '../../model/flowproof-error.js';
import type { RunState } from '../../model/states.js';
import type { Asked } from '../base/asked.js';
import type { NamedApp } from '../base/viewed.js';
import { type Fingerprinted, fingerprintOf } from './fingerprint.js';
import { listQuery } from './query.js';

/** Runs that failed alike. */
export interface FailureGroup extends Fingerprinted {
  readonly flow: string;
  /** Of those that were looked at. */
  readonly count: number;
  readonly states: Readonly<Partial<Record<RunState, number>>>;
  /** When the newest and the oldest of them were created. */
  readonly newestMs: number;
  readonly oldestMs: number;
  /** The newest of them. */
  readonly ids: readonly string[];
}

export interface ShownFailures {
  readonly nowMs: number;
  /** The largest first. */
  readonly groups: readonly FailureGroup[];
  /** So many runs were looked at, the newest ones. */
  readonly looked: number;
  readonly isMore: boolean;
}

/** Those in which something failed that no retry has overcome. */
const FAILED: readonly RunState[] = ['FAILURE', 'REVERTED'];
/** Each of them has to be read. */
const MOST_READ = 200;
const AT_ONCE = 8;
const MOST_IDS = 20;
const MOST_KEPT = 5_000;

/** Failures, grouped by what they have in common. What was read of a run is kept, since it has ended. */
export class GroupedFailures {
  readonly #read = new Map<string, readonly Fingerprinted[]>();

  /** `GET …/failures` */
  async view({ app, query, signal }: Asked): Promise<ShownFailures> {
    const named = app();
    const { text: _, limit: __, states = FAILED, ...filter } = listQuery(query);
    const { runs, next } = await named.app.runs({ ...filter, states: states.filter((state) => FAILED.includes(state)), limit: MOST_READ });
    const groups = new Map<string, FailureGroup>();
    for (let at = 0; at < runs.length && !signal.aborted; at += AT_ONCE) {
      const some = runs.slice(at, at + AT_ONCE);
      const found = await Promise.all(some.map((run) => this.#failuresOf(named, run)));
      some.forEach((run, index) => {
        for (const one of found[index] ?? []) add(groups, run, one);
      });
    }
    const sorted = [...groups.values()].sort((a, b) => b.count - a.count || b.newestMs - a.newestMs);
    return { nowMs: systemClock.nowMs(), groups: sorted, looked: runs.length, isMore: next !== undefined };
  }

  async #failuresOf({ name, app }: NamedApp, { id, state, createdAtMs }: RunInfo): Promise<readonly Fingerprinted[]> {
    // One that goes on from what failed may fail again, by something else: its state is another one meanwhile.
    const key = JSON.stringify([name, id, createdAtMs, state]);
    const kept = this.#read.get(key);
    if (kept !== undefined) return kept;
    const found = distinct(await viewOf(() => app.inspect(id)));
    this.#read.set(key, found);
    for (const old of this.#read.keys()) if (this.#read.size > MOST_KEPT) this.#read.delete(old);
    return found;
  }
}

/** Nothing of a run that was pruned meanwhile, or can't be read: the others are there. */
async function viewOf(inspect: () => Promise<RunView>): Promise<RunView | undefined> {
  try {
    return await inspect();
  } catch (error) {
    if (isFlowproofError(error) && (error.code === 'RUN_NOT_FOUND' || error.code.startsWith('JOURNAL_'))) return undefined;
    throw error;
  }
}

function distinct(run: RunView | undefined): readonly Fingerprinted[] {
  const all = (run?.failures ?? []).filter(({ optional }) => optional !== true).map(fingerprintOf);
  return [...new Map(all.map((one) => [one.fingerprint, one])).values()];
}

function add(groups: Map<string, FailureGroup>, { id, flow, state, createdAtMs }: RunInfo, failure: Fingerprinted): void {
  const key = JSON.stringify([flow, failure.fingerprint]);
  const was = groups.get(key) ?? { ...failure, flow, count: 0, states: {}, newestMs: createdAtMs, oldestMs: createdAtMs, ids: [] };
  groups.set(key, {
    ...was,
    count: was.count + 1,
    states: { ...was.states, [state]: (was.states[state] ?? 0) + 1 },
    newestMs: Math.max(was.newestMs, createdAtMs),
    oldestMs: Math.min(was.oldestMs, createdAtMs),
    ids: was.ids.length < MOST_IDS ? [...was.ids, id] : was.ids,
  });
}
