import { flowOfLimit, limitName } from '../../model/limits/flow-limits.js';
import type { ClaimRunsParams, ClaimRunsResult, PostedCounts, SlotStore, StoredLimit } from '../contract/claims.js';
import type { CreateRunParams } from '../contract/journal.js';
import type { RunTable } from './run-table.js';
import type { OwnerChange } from './take-runs.js';

/** The posted runs of a table that an owner would claim, as changes. */
export function claims<Place>(table: RunTable<Place>, params: ClaimRunsParams, nowMs: number): readonly OwnerChange[] {
  const { owner, flows, limit, maxLosses } = params;
  const limits = table.limits.over(params.limits ?? {});
  const plain = table.posted.first(
    flows.filter((flow) => limits[flow] === undefined),
    limit,
    nowMs,
  );
  return [...plain, ...table.limited.first(table.posted, { ...params, limits, limit: limit - plain.length }, nowMs)].map(
    ({ runId, takes }) => (takes < maxLosses ? [runId, owner, takes + 1] : [runId, null, takes, 'never']),
  );
}

/** What a claim tells of these runs, and that they begin; before the changes are made. */
export function claimResult<Place>(
  table: RunTable<Place>,
  params: ClaimRunsParams,
  changes: readonly OwnerChange[],
  nowMs: number,
): ClaimRunsResult {
  const { owner, limit, thorough, limits } = params;
  for (const [runId, taker] of changes) {
    const record = taker === owner ? table.get(runId) : undefined;
    const own = record && limits?.[record.flow];
    if (record !== undefined && own !== undefined) table.limited.begins(record, own, nowMs);
  }
  const againMs =
    limits === undefined ? undefined : table.limited.againMs(table.posted, { ...params, limits: table.limits.over(limits) }, nowMs);
  const summaries = (whose: string | null) =>
    changes.flatMap(([runId, taker, takes]) => {
      const record = taker === whose ? table.get(runId) : undefined;
      return record === undefined ? [] : [{ ...table.summary(record), takes, losses: takes - 1 }];
    });
  const owned = thorough ? [...table.open()].filter((record) => record.owner === owner && record.state === 'PENDING') : [];
  return {
    claimed: summaries(owner).map((run) => ({ ...run, owner: { id: owner, alive: true } })),
    owned: owned.map((record) => ({ ...table.summary(record), losses: record.takes - 1 })),
    poisoned: summaries(null).map(({ losses: _, ...run }) => run),
    more: limit > 0 && changes.length === limit,
    ...(againMs === undefined ? {} : { againMs }),
  };
}

/** What lets a run be claimed at once, as a change; none where it is not PENDING, or somebody has it. */
export function requeues<Place>(table: RunTable<Place>, runId: string, nowMs: number): readonly OwnerChange[] {
  const record = table.get(runId);
  return record?.state === 'PENDING' && record.owner === undefined ? [[runId, null, 0, nowMs]] : [];
}

export function postedCounts<Place>(table: RunTable<Place>, flow: string | undefined, nowMs: number): PostedCounts {
  const owned = [...table.open()].filter((record) => record.owner !== undefined && (flow === undefined || record.flow === flow));
  return { ...table.posted.counts(flow, nowMs), claimed: owned.length };
}

/** The limits of these names, and all that are changed or that runs are counted by. */
export function limitsIn<Place>(
  { limits, limited, posted, slots }: RunTable<Place>,
  names: readonly string[],
  nowMs: number,
): readonly StoredLimit[] {
  return limits.list(names, [...[...limited.flows(), ...posted.counted()].map(limitName), ...slots.names()], (name) => {
    const flow = flowOfLimit(name);
    return flow === undefined ? slots.counts(name) : { inUse: limited.count(flow), waiting: posted.counts(flow, nowMs).free };
  });
}

/** The slots of tasks in a table, as a store has them. @param opened throws where it is not open */
export function slotsIn<Place>(opened: () => { readonly table: RunTable<Place>; readonly nowMs: number }): SlotStore {
  return {
    ask: async (params) => {
      const { table, nowMs } = opened();
      const around = {
        get: (runId: string) => table.get(runId),
        isAlive: (owner: string) => table.isAlive(owner),
        changeOf: (name: string) => table.limits.changeOf(name),
      };
      return table.slots.ask(params, around, nowMs);
    },
    leave: async (owner, holders) => opened().table.slots.leave(owner, holders),
    waiting: async (runId) => opened().table.slots.waiting(runId),
  };
}

/** When a new run is due by the clock of its store: none that is posted comes before those that were free already. */
export function placed<Run extends CreateRunParams>({ delayMs, ...run }: Run, nowMs: number): Omit<Run, 'delayMs'> {
  if (run.state !== 'PENDING') return run;
  if (delayMs !== undefined) return { ...run, wakeAtMs: nowMs + delayMs };
  return typeof run.wakeAtMs === 'number' ? { ...run, wakeAtMs: Math.max(nowMs, run.wakeAtMs) } : run;
}
