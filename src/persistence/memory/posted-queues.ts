import { NO_KEY } from '../../model/limits/flow-limits.js';
import type { PostedCounts } from '../contract/claims.js';
import type { RunRecord } from './run-record.js';

/** A posted run at its place; when the run has another one, or is gone, this one is left behind. */
interface Place<Of> {
  readonly record: RunRecord<Of>;
  readonly wakeAtMs: number;
}

interface Queue<Of> {
  /** By priority, then by when they were due. */
  readonly free: Place<Of>[];
  /** By when they are due. */
  readonly delayed: Place<Of>[];
}

/** The posted runs of each flow, in the order in which they are claimed. */
export class PostedQueues<Of> {
  /** By flow, and of flows with limits by the value by which they are counted. */
  readonly #queues = new Map<string, Map<string, Queue<Of>>>();
  readonly #places = new Map<RunRecord<Of>, Place<Of>>();
  /** Those that nobody claims until they are requeued. */
  readonly #trashed = new Set<RunRecord<Of>>();

  /** A PENDING run that nobody has is as it says now. */
  note(record: RunRecord<Of>): void {
    const { wakeAtMs, flow } = record;
    if (typeof wakeAtMs === 'number' && this.#places.get(record)?.wakeAtMs === wakeAtMs) return;
    this.delete(record);
    if (wakeAtMs === 'never') this.#trashed.add(record);
    if (typeof wakeAtMs !== 'number') return;
    const place = { record, wakeAtMs };
    this.#places.set(record, place);
    const { limitKey = NO_KEY } = record;
    const queues = this.#queues.get(flow) ?? new Map<string, Queue<Of>>();
    this.#queues.set(flow, queues);
    const queue = queues.get(limitKey) ?? { free: [], delayed: [] };
    queues.set(limitKey, queue);
    insert(queue.delayed, place, byTime);
  }

  delete(record: RunRecord<Of>): void {
    this.#places.delete(record);
    this.#trashed.delete(record);
  }

  /** The first of these flows, at most so many. */
  first(flows: readonly string[], limit: number, nowMs: number): readonly RunRecord<Of>[] {
    const found = [...new Set(flows)].flatMap((flow) => this.keys(flow).flatMap((key) => this.#ofKey(flow, key, limit, nowMs)));
    return found
      .sort(byRank)
      .slice(0, limit)
      .map(({ record }) => record);
  }

  /** Flows of which runs wait that are counted. */
  counted(): readonly string[] {
    return [...new Set([...this.#places.keys()].filter(({ limitKey }) => limitKey !== undefined).map(({ flow }) => flow))];
  }

  /** The values by which runs of a flow wait; those that are not counted wait with the empty one. */
  keys(flow: string): readonly string[] {
    return [...(this.#queues.get(flow)?.keys() ?? [])];
  }

  /** The first that wait with this value, at most so many. */
  ofKey(flow: string, key: string, limit: number, nowMs: number): readonly RunRecord<Of>[] {
    return this.#ofKey(flow, key, limit, nowMs).map(({ record }) => record);
  }

  has(flows: readonly string[], nowMs: number): boolean {
    return this.first(flows, 1, nowMs).length > 0;
  }

  counts(flow: string | undefined, nowMs: number): Omit<PostedCounts, 'claimed'> {
    let [free, delayed, trashed] = [0, 0, 0];
    const isAsked = (record: RunRecord<Of>): boolean => flow === undefined || record.flow === flow;
    for (const [record, { wakeAtMs }] of this.#places) {
      if (!isAsked(record)) continue;
      if (wakeAtMs <= nowMs) free++;
      else delayed++;
    }
    for (const record of this.#trashed) if (isAsked(record)) trashed++;
    return { free, delayed, trashed };
  }

  #ofKey(flow: string, key: string, limit: number, nowMs: number): readonly Place<Of>[] {
    const queues = this.#queues.get(flow);
    const queue = queues?.get(key);
    if (queues === undefined || queue === undefined) return [];
    const { free, delayed } = queue;
    const due = delayed.findIndex(({ wakeAtMs }) => wakeAtMs > nowMs);
    for (const place of delayed.splice(0, due === -1 ? delayed.length : due)) if (this.#isThere(place)) insert(free, place, byRank);
    const gone = free.findIndex((place) => this.#isThere(place));
    free.splice(0, gone === -1 ? free.length : gone);
    if (free.length === 0 && delayed.length === 0) queues.delete(key);
    if (queues.size === 0) this.#queues.delete(flow);
    const found: Place<Of>[] = [];
    for (let at = 0; at < free.length && found.length < limit; at++) {
      const place = free[at];
      if (place !== undefined && this.#isThere(place)) found.push(place);
    }
    return found;
  }

  #isThere(place: Place<Of>): boolean {
    return this.#places.get(place.record) === place;
  }
}

function byTime(one: Place<unknown>, other: Place<unknown>): number {
  return one.wakeAtMs - other.wakeAtMs;
}

function byRank(one: Place<unknown>, other: Place<unknown>): number {
  return other.record.priority - one.record.priority || byTime(one, other);
}

/** Behind its equals. */
function insert<Item>(sorted: Item[], item: Item, order: (one: Item, other: Item) => number): void {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(sorted[middle] as Item, item) <= 0) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, item);
}
