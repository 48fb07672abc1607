import type { Metadata, PruneParams, PruneResult, RunFilter, RunPage, RunSummary } from '../contract/journal.js';
import { runsOrder } from '../contract/paging.js';
import { pruneOrder } from '../contract/prune.js';
import type { RunOrder } from './run-order.js';
import type { RunRecord } from './run-record.js';

/** A page of the runs that a filter is about, newest first. @throws TypeError as {@link runsOrder} */
export function pageOf<Place>(order: RunOrder<Place>, summaryOf: (record: RunRecord<Place>) => RunSummary, filter: RunFilter): RunPage {
  const { flow, states, logbook, metadata, ownerless, before, limit } = runsOrder(filter);
  const runs: RunSummary[] = [];
  for (const record of order.newestFirst(before)) {
    if (flow !== undefined && record.flow !== flow) continue;
    if (states !== undefined && !states.includes(record.state)) continue;
    if (logbook !== undefined && record.logbook !== logbook) continue;
    if (metadata !== undefined && !hasAll(record.metadata, metadata)) continue;
    const summary = summaryOf(record);
    if (ownerless === true && summary.owner?.alive === true) continue;
    const last = runs.at(-1);
    if (runs.length === limit && last !== undefined) return { runs, next: last.runId };
    runs.push(summary);
  }
  return { runs };
}

/** Which runs a batch removes, oldest first. @throws TypeError as {@link pruneOrder} */
export function prunableOf<Place>(order: RunOrder<Place>, params: PruneParams): PruneResult {
  const { states, limit, endedBeforeMs, flow, logbook, after } = pruneOrder(params);
  const runIds: string[] = [];
  for (const { runId, state, endedAtMs, ...record } of order.oldestFirst(after)) {
    if (endedAtMs === undefined || endedAtMs >= endedBeforeMs) continue;
    if (!states.includes(state) || (flow !== undefined && flow !== record.flow)) continue;
    if (logbook !== undefined && logbook !== record.logbook) continue;
    runIds.push(runId);
    if (runIds.length === limit) return { runIds, next: runId };
  }
  return { runIds };
}

function hasAll(has: Metadata = {}, wanted: Metadata): boolean {
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(has, name) && has[name] === value);
}
