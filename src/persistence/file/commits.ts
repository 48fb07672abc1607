import type {
  AppendItem,
  AppendResult,
  CreateRunParams,
  CreateRunResult,
  InboxMessage,
  Logbook,
  PruneParams,
  PruneResult,
  TakeResult,
} from '../contract/journal.js';
import type { TakeParams } from '../contract/takes.js';
import type { RunRecord } from '../memory/run-record.js';
import { changeOwners, givesBack, type OwnerChange, takeResult, takes } from '../memory/take-runs.js';
import type { Commit } from './commit-queue.js';
import type { Place } from './log/segment.js';
import type { SegmentedLog } from './log/segmented-log.js';
import { entryLine, logbookLine, messageLine, messageOf, ownersLine, pruneLine, type RecordMeta, runLine, shapeLine } from './records.js';
import type { LogIndex } from './replay.js';

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
  const { entry, key, shape } = run;
  return {
    scopes: [`run:${entry.runId}`, `key:${key}`, `shape:${shape.fingerprint}`],
    sync: true,
    async prepare() {
      const taken = index.table.byKey(key) ?? index.table.get(entry.runId);
      if (taken !== undefined) settle({ kind: 'exists', run: index.table.summary(taken) });
      if (taken !== undefined) return [];
      return index.shapes.has(shape.fingerprint) ? [runLine(run)] : [runLine(run), shapeLine(shape)];
    },
    done([place, shapePlace]) {
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
      index.table.append(record, item, place as Place);
      settle({ kind: 'ok' });
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
      changeOwners(table, changes);
      settle(takeResult(table, owner, take, changes));
    },
    fail,
  );
}

export function givingBack(owner: string, runIds: readonly string[], { index: { table }, settle, fail }: CommitParams<void>): Commit {
  return owning(
    () => givesBack(table, owner, runIds),
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
