import type { RunSummary, TakeResult } from '../contract/journal.js';
import { type GiveBackOptions, MAX_TAKES, MOST_POISONED, type TakeParams, type WakeTime } from '../contract/takes.js';
import type { RunRecord } from './run-record.js';
import type { RunTable } from './run-table.js';

/** Who has a run from now on, how often it has been taken then, and when it is due. Absolute, so that reading it twice does nothing. */
export type OwnerChange = readonly [runId: string, owner: string | null, takes: number, wakeAtMs?: WakeTime | null];

/** The runs of a table that an owner would take, as changes. */
export function takes<Place>(table: RunTable<Place>, owner: string, params: TakeParams): readonly OwnerChange[] {
  const changes: OwnerChange[] = [];
  let taken = 0;
  const [mine, refused] = [new Set(params.flows), new Set(params.except)];
  for (const record of table.open()) {
    const { runId, flow, state, takes } = record;
    if (state === 'PENDING') {
      // What its claimer left is for whoever claims next, of any flow.
      if (isLeft(table, record, owner)) changes.push([runId, null, takes, params.nowMs]);
      continue;
    }
    if (taken >= params.limit) continue;
    if (!isDue(table, record, owner, params) || record.takes >= MAX_TAKES || !mine.has(flow) || refused.has(runId)) continue;
    changes.push([runId, owner, takes + 1]);
    taken++;
  }
  return changes;
}

/** What lets go of runs that this owner has taken, as changes. */
export function givesBack<Place>(
  table: RunTable<Place>,
  owner: string,
  runIds: readonly string[],
  { atRest, delayMs = 0, counted = false }: GiveBackOptions,
  nowMs: number,
): readonly OwnerChange[] {
  return runIds.flatMap((runId): readonly OwnerChange[] => {
    const record = table.get(runId);
    if (record?.owner !== owner) return [];
    const takes = counted ? record.takes : Math.max(0, record.takes - 1);
    if (record.state === 'PENDING' && atRest !== true) return [[runId, null, takes, nowMs + delayMs]];
    const isAsked = record.state !== 'RUNNING' && atRest !== true;
    return [[runId, null, takes, isAsked ? 0 : (record.wakeAtMs ?? null)]];
  });
}

export function changeOwners<Place>(table: RunTable<Place>, changes: readonly OwnerChange[]): void {
  for (const [runId, owner, count, wakeAtMs] of changes) {
    const record = table.get(runId);
    if (record !== undefined) table.hand(record, { owner: owner ?? undefined, takes: count, wakeAtMs: wakeAtMs ?? undefined });
  }
}

/** What a tick tells of these runs, which are being taken. */
export function takeResult<Place>(table: RunTable<Place>, owner: string, params: TakeParams, taken: readonly OwnerChange[]): TakeResult {
  const { flows, limit, thorough } = params;
  const ids = new Set(taken.filter(([, taker]) => taker === owner).map(([runId]) => runId));
  const mine = new Set(flows);
  const [owned, poisoned]: [RunSummary[], RunSummary[]] = [[], []];
  for (const record of table.open()) {
    if (thorough && record.owner === owner && record.state !== 'PENDING' && !ids.has(record.runId)) owned.push(table.summary(record));
    const isPoison = record.takes >= MAX_TAKES && mine.has(record.flow) && isDue(table, record, owner, params);
    if (isPoison && poisoned.length < MOST_POISONED) poisoned.push(table.summary(record));
  }
  const summaries = [...ids].flatMap((runId) => {
    const record = table.get(runId);
    return record === undefined ? [] : [{ ...table.summary(record), owner: { id: owner, alive: true } }];
  });
  return {
    taken: summaries,
    owned,
    poisoned,
    more: limit > 0 && ids.size === limit,
    posted: table.posted.has(params.posted ?? [], params.nowMs) || ids.size < taken.length,
  };
}

/** Its owner is dead. */
function isLeft<Place>(table: RunTable<Place>, { owner }: RunRecord<Place>, by: string): boolean {
  return owner !== undefined && owner !== by && !table.isAlive(owner);
}

/** No living process has it, and it goes on now. What a dead one had taken goes on, whatever it was taken for. */
function isDue<Place>(table: RunTable<Place>, record: RunRecord<Place>, by: string, params: TakeParams): boolean {
  const { owner, state, wakeAtMs } = record;
  if (owner !== undefined) return !params.asleepOnly && state !== 'PENDING' && isLeft(table, record, by);
  if (wakeAtMs === undefined) return !params.asleepOnly && state === 'RUNNING';
  return wakeAtMs !== 'never' && wakeAtMs <= params.nowMs + params.aheadMs;
}
