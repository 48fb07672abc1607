import type { RunSummary, TakeResult } from '../contract/journal.js';
import { MAX_TAKES, MOST_POISONED, type TakeParams } from '../contract/takes.js';
import type { RunRecord } from './run-record.js';
import type { RunTable } from './run-table.js';

/** Who has a run from now on, and how often it has been taken then. Absolute, so that reading it twice does nothing. */
export type OwnerChange = readonly [runId: string, owner: string | null, takes: number];

/** The runs of a table that an owner would take, as changes. */
export function takes<Place>(table: RunTable<Place>, owner: string, { flows, limit, except }: TakeParams): readonly OwnerChange[] {
  const changes: OwnerChange[] = [];
  const [mine, refused] = [new Set(flows), new Set(except)];
  for (const record of table.running()) {
    if (changes.length >= limit) break;
    const { runId, flow } = record;
    if (!isLeft(table, record, owner) || record.takes >= MAX_TAKES || !mine.has(flow) || refused.has(runId)) continue;
    changes.push([runId, owner, record.takes + 1]);
  }
  return changes;
}

/** What lets go of runs that this owner has taken, as changes. */
export function givesBack<Place>(table: RunTable<Place>, owner: string, runIds: readonly string[]): readonly OwnerChange[] {
  return runIds.flatMap((runId): readonly OwnerChange[] => {
    const record = table.get(runId);
    return record?.owner === owner ? [[runId, null, Math.max(0, record.takes - 1)]] : [];
  });
}

export function changeOwners<Place>(table: RunTable<Place>, changes: readonly OwnerChange[]): void {
  for (const [runId, owner, count] of changes) {
    const record = table.get(runId);
    if (record === undefined) continue;
    record.owner = owner ?? undefined;
    record.takes = count;
  }
}

/** What a tick tells when these runs have been taken. */
export function takeResult<Place>(
  table: RunTable<Place>,
  owner: string,
  { flows, limit, thorough }: TakeParams,
  taken: readonly OwnerChange[],
): TakeResult {
  const ids = new Set(taken.map(([runId]) => runId));
  const mine = new Set(flows);
  const [owned, poisoned]: [RunSummary[], RunSummary[]] = [[], []];
  for (const record of table.running()) {
    if (thorough && record.owner === owner && !ids.has(record.runId)) owned.push(table.summary(record));
    const isPoison = record.takes >= MAX_TAKES && mine.has(record.flow) && isLeft(table, record, owner);
    if (isPoison && poisoned.length < MOST_POISONED) poisoned.push(table.summary(record));
  }
  const summaries = [...ids].flatMap((runId) => {
    const record = table.get(runId);
    return record === undefined ? [] : [table.summary(record)];
  });
  return { taken: summaries, owned, poisoned, more: limit > 0 && taken.length === limit };
}

/** No living process has it. */
function isLeft<Place>(table: RunTable<Place>, { owner }: RunRecord<Place>, by: string): boolean {
  return owner === undefined || (owner !== by && !table.isAlive(owner));
}
