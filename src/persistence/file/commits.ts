import type {
  AppendItem,
  AppendResult,
  ClaimRunsParams,
  ClaimRunsResult,
  CreateRunParams,
  CreateRunResult,
  InboxMessage,
  Logbook,
  PruneParams,
  PruneResult,
  TakeResult,
} from '../contract/journal.js';
import type { GiveBackOptions, TakeParams } from '../contract/takes.js';
import { claimResult, claims, requeues } from '../memory/claim-runs.js';
import type { RunRecord } from '../memory/run-record.js';
import { type Fired, firedIn } from '../memory/schedule-table.js';
import { changeOwners, givesBack, type OwnerChange, takeResult, takes } from '../memory/take-runs.js';
import type { Commit } from './commit-queue.js';
import type { Place } from './log/segment.js';
import type { SegmentedLog } from './log/segmented-log.js';
import {
  entryLine,
  logbookLine,
  messageLine,
  messageOf,
  ownersLine,
  pruneLine,
  type RecordMeta,
  runLine,
  schedulesLine,
  shapeLine,
} from './records.js';
import { foldFired, type LogIndex } from './replay.js';

/** The ways in which a log changes, each decided when its turn has come. */
export interface CommitParams<Result> {
  readonly index: LogIndex;
  readonly log: SegmentedLog;
  /** Called when space may have become free. */
  readonly freed?: () => void;
  readonly settle: (result: Result) => void;
  readonly fail: (cause: unknown) => void;
}

export function creation(run: CreateRunParams, { index, settle }: CommitParams<CreateRunResult>): Commit {
  const { entry, key, shape, firing } = run;
  let fired: Exclude<Fired, { readonly kind: 'stale' }> | undefined;
  return {
    // A firing looks at other runs, too.
    scopes: firing === undefined ? [`run:${entry.runId}`, `key:${key}`, `shape:${shape.fingerprint}`] : 'all',
    sync: true,
    async prepare() {
      const taken = index.table.byKey(key) ?? index.table.get(entry.runId);
      const found = firing && firedIn(index.table, firing, run, taken !== undefined);
      fired = found?.kind === 'stale' ? undefined : found;
      if (taken !== undefined) settle({ kind: 'exists', run: index.table.summary(taken) });
      else if (found?.kind === 'stale') settle({ kind: 'unfired', why: 'stale' });
      if (fired !== undefined && fired.kind !== 'fires') return [schedulesLine([fired.schedule])];
      if (taken !== undefined || found?.kind === 'stale') return [];
      const begun = runLine(run, fired && { schedule: fired.schedule, messages: fired.messages });
      return index.shapes.has(shape.fingerprint) ? [begun] : [begun, shapeLine(shape)];
    },
    done([place, shapePlace]) {
      if (fired !== undefined) foldFired(index.table, fired);
      if (fired !== undefined && fired.kind !== 'fires') {
        if (fired.kind === 'overlap') settle({ kind: 'unfired', why: 'overlap' });
        return;
      }
      if (shapePlace !== undefined) index.shapes.set(shape.fingerprint, shapePlace);
      index.table.create({ ...run, fingerprint: shape.fingerprint }, place as Place);
      settle({ kind: 'created' });
    },
    failed: (cause) => settle({ kind: 'unknown', cause }),
  };
}

export function appending(item: AppendItem, { index, log, settle }: CommitParams<AppendResult>): Commit {
  const { entry } = item;
  return {
    scopes: [`run:${entry.runId}`],
    sync: item.durability === 'full',
    isNews: item.summary?.state !== undefined,
    async prepare() {
      const record = index.table.get(entry.runId);
      const verdict = index.table.judge(record, entry);
      if (record === undefined || verdict === 'stale') settle({ kind: 'stale' });
      else if (verdict === 'taken') settle({ kind: (await isMine(log, record, item)) ? 'mine' : 'stale' });
      else return linesOf(item, settle);
      return [];
    },
    done([place]) {
      const record = index.table.get(entry.runId) as RunRecord<Place>;
      const unheard = index.table.append(record, item, place as Place);
      settle(unheard.length === 0 ? { kind: 'ok' } : { kind: 'ok', unheard });
    },
    failed: (cause) => settle({ kind: 'unknown', cause }),
  };
}

export function sending(message: InboxMessage, { index, settle, fail }: CommitParams<void>): Commit {
  const line = messageLine(message);
  return {
    scopes: [`run:${message.runId}`],
    sync: true,
    async prepare() {
      const there = index.table.addressee(message).inbox.has(message.id);
      if (there) settle();
      return there ? [] : [line];
    },
    done() {
      const { type, message: meta } = JSON.parse(line.meta) as Extract<RecordMeta, { type: 'message' }>;
      index.table.deliver(index.table.addressee(message), messageOf({ type, message: meta }, line.body));
      settle();
    },
    failed: fail,
  };
}

export function logbookSaving(logbook: Logbook, { index, settle, fail }: CommitParams<void>): Commit {
  return {
    scopes: [`logbook:${logbook.name}`],
    sync: true,
    prepare: async () => [logbookLine(logbook)],
    done() {
      index.table.logbooks.save(logbook);
      settle();
    },
    failed: fail,
  };
}

export function pruning(params: PruneParams, { index, settle, fail, freed }: CommitParams<PruneResult>): Commit {
  let result: PruneResult = { runIds: [] };
  return {
    scopes: 'all',
    sync: true,
    async prepare() {
      result = index.table.prunable(params);
      if (result.runIds.length > 0) return [pruneLine(result.runIds)];
      settle(result);
      return [];
    },
    done() {
      index.table.remove(result.runIds);
      if (result.next === undefined) freed?.();
      settle(result);
    },
    failed: fail,
  };
}

/** Decided when its turn has come: between two ticks runs go on. */
export function taking(owner: string, take: TakeParams, { index: { table }, settle, fail }: CommitParams<TakeResult>): Commit {
  return owning(
    () => takes(table, owner, take),
    (changes) => {
      const result = takeResult(table, owner, take, changes);
      changeOwners(table, changes);
      settle(result);
    },
    fail,
  );
}

export function claiming(
  params: ClaimRunsParams,
  nowMs: number,
  { index: { table }, settle, fail }: CommitParams<ClaimRunsResult>,
): Commit {
  return owning(
    () => claims(table, params, nowMs),
    (changes) => {
      const result = claimResult(table, params, changes, nowMs);
      changeOwners(table, changes);
      settle(result);
    },
    fail,
  );
}

export function requeuing(runId: string, nowMs: number, { index: { table }, settle, fail }: CommitParams<boolean>): Commit {
  return owning(
    () => requeues(table, runId, nowMs),
    (changes) => {
      changeOwners(table, changes);
      settle(changes.length > 0);
    },
    fail,
  );
}

export function givingBack(
  owner: string,
  runIds: readonly string[],
  { options, nowMs }: { readonly options: GiveBackOptions; readonly nowMs: number },
  { index: { table }, settle, fail }: CommitParams<void>,
): Commit {
  return owning(
    () => givesBack(table, owner, runIds, options, nowMs),
    (changes) => {
      changeOwners(table, changes);
      settle();
    },
    fail,
  );
}

function owning(
  decide: () => readonly OwnerChange[],
  done: (changes: readonly OwnerChange[]) => void,
  failed: (cause: unknown) => void,
): Commit {
  let changes: readonly OwnerChange[] = [];
  return {
    scopes: 'all',
    sync: true,
    async prepare() {
      changes = decide();
      if (changes.length > 0) return [ownersLine(changes)];
      done(changes);
      return [];
    },
    done: () => done(changes),
    failed,
  };
}

function linesOf(item: AppendItem, settle: (result: AppendResult) => void) {
  try {
    return [entryLine(item)];
  } catch (cause) {
    settle({ kind: 'refused', cause });
    return [];
  }
}

/** An entry of this seq is there: whether it is this one, kept by an earlier try whose answer was lost. */
async function isMine(log: SegmentedLog, { tail, places }: RunRecord<Place>, { entry }: AppendItem): Promise<boolean> {
  if (tail.seq === entry.seq) return tail.writer === entry.writer && tail.stepId === entry.stepId;
  // From the end, as what is before a snapshot may be gone.
  const place = places[places.length - 1 - (tail.seq - entry.seq)];
  if (place === undefined) return false;
  const meta = JSON.parse((await log.read(place)).meta) as Extract<RecordMeta, { type: 'entry' | 'run' }>;
  const there = meta.entry;
  return there.seq === entry.seq && there.writer === entry.writer && there.stepId === entry.stepId;
}
