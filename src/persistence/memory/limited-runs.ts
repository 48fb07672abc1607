import { type FlowLimits, MOST_STARTS, NO_KEY } from '../../model/limits/flow-limits.js';
import type { ClaimRunsParams } from '../contract/claims.js';
import type { PostedQueues } from './posted-queues.js';
import type { RunRecord } from './run-record.js';
import { Turns } from './turns.js';

type Claiming = Pick<ClaimRunsParams, 'flows' | 'limit' | 'limits' | 'only'>;

/** A run that may begin, with when its turn is. */
interface Ranked<Of> {
  readonly record: RunRecord<Of>;
  readonly turn: number;
}

/** What is counted of flows with limits, for the stores of one process: those that are under way, and when the last ones began. */
export class LimitedRuns<Of> {
  /** By flow and value of its key. */
  readonly #underWay = new Map<string, Map<string, Set<RunRecord<Of>>>>();
  readonly #starts = new Map<string, Map<string, readonly number[]>>();
  readonly #turns = new Map<string, Turns>();

  /** A run that is counted is as it says now. */
  note(record: RunRecord<Of>): void {
    const { flow, limitKey, state, owner } = record;
    if (limitKey === undefined) return;
    if (state !== 'RUNNING' && state !== 'SUSPENDED' && !(state === 'PENDING' && owner !== undefined)) {
      this.delete(record);
      return;
    }
    const keys = this.#underWay.get(flow) ?? new Map<string, Set<RunRecord<Of>>>();
    this.#underWay.set(flow, keys);
    keys.set(limitKey, (keys.get(limitKey) ?? new Set()).add(record));
  }

  delete(record: RunRecord<Of>): void {
    const { flow, limitKey = NO_KEY } = record;
    const keys = this.#underWay.get(flow);
    const runs = keys?.get(limitKey);
    runs?.delete(record);
    if (runs?.size === 0) keys?.delete(limitKey);
    if (keys?.size === 0) this.#underWay.delete(flow);
  }

  /** Flows that have runs under way. */
  flows(): readonly string[] {
    return [...this.#underWay.keys()];
  }

  /** How many runs of the flow are under way. */
  count(flow: string): number {
    return [...(this.#underWay.get(flow)?.values() ?? [])].reduce((sum, { size }) => sum + size, 0);
  }

  /** It begins now, as far as rates and shares count. One that was made when its flow had no limits is counted from here on. */
  begins(record: RunRecord<Of>, { weights }: FlowLimits, nowMs: number): void {
    record.limitKey ??= NO_KEY;
    this.#turnsOf(record.flow).took(record.limitKey, weights?.[record.limitKey] ?? 1);
    const keys = this.#starts.get(record.flow) ?? new Map<string, readonly number[]>();
    this.#starts.set(record.flow, keys);
    keys.set(record.limitKey, [...(keys.get(record.limitKey) ?? []), nowMs].slice(-MOST_STARTS));
  }

  /** Those that may be claimed, of flows with limits: of keys in turn, and of each by priority and age. */
  first(queues: PostedQueues<Of>, claiming: Claiming, nowMs: number): readonly RunRecord<Of>[] {
    const { flows, limit, limits = {} } = claiming;
    const found: RunRecord<Of>[] = [];
    for (const flow of new Set(flows)) {
      const own = limits[flow];
      if (own === undefined) continue;
      const left = limit - found.length;
      const ranked = queues.keys(flow).flatMap((key) => this.#ranked(queues, flow, key, { ...claiming, limit: left }, nowMs));
      found.push(
        ...ranked
          .sort(byTurn)
          .slice(0, Math.max(0, left))
          .map(({ record }) => record),
      );
    }
    return found;
  }

  /** When a rate lets the next one begin that waits; nothing where none of these waits for that. */
  againMs(queues: PostedQueues<Of>, { flows, limits = {} }: Claiming, nowMs: number): number | undefined {
    const times = flows.flatMap((flow) => {
      const rate = limits[flow]?.rate;
      if (rate === undefined) return [];
      return queues.keys(flow).flatMap((key) => {
        const begun = this.#begunWithin(flow, key, rate.perMs, nowMs);
        return begun.length >= rate.limit && begun[0] !== undefined ? [begun[0] + rate.perMs - nowMs] : [];
      });
    });
    return times.length === 0 ? undefined : Math.max(1, Math.ceil(Math.min(...times)));
  }

  #ranked(queues: PostedQueues<Of>, flow: string, key: string, claiming: Claiming, nowMs: number): readonly Ranked<Of>[] {
    const { limit, only, limits = {} } = claiming;
    const { concurrency, weights, rate } = limits[flow] ?? {};
    const held = this.#underWay.get(flow)?.get(key)?.size ?? 0;
    const starts = rate === undefined ? limit : rate.limit - this.#begunWithin(flow, key, rate.perMs, nowMs).length;
    const room = Math.max(0, Math.min(limit, concurrency === undefined ? limit : concurrency - held, starts));
    const turns = this.#turnsOf(flow);
    const runs = queues.ofKey(flow, key, only === undefined ? room : Number.POSITIVE_INFINITY, nowMs);
    const mine = only === undefined ? runs : runs.filter(({ runId }) => only.includes(runId)).slice(0, room);
    return mine.map((record, index) => ({ record, turn: turns.of(key) + (index + 1) / (weights?.[key] ?? 1) }));
  }

  #turnsOf(flow: string): Turns {
    const turns = this.#turns.get(flow) ?? new Turns();
    this.#turns.set(flow, turns);
    return turns;
  }

  #begunWithin(flow: string, key: string, perMs: number, nowMs: number): readonly number[] {
    return (this.#starts.get(flow)?.get(key) ?? []).filter((atMs) => atMs > nowMs - perMs);
  }
}

function byTurn({ turn, record }: Ranked<unknown>, other: Ranked<unknown>): number {
  return turn - other.turn || other.record.priority - record.priority || Number(record.wakeAtMs) - Number(other.record.wakeAtMs);
}
