import { isFlowproofError, PersistenceError } from '../../model/errors.js';
import type { LimitStore } from '../contract/claims.js';
import { inTime } from '../contract/in-time.js';
import type {
  AppendItem,
  AppendResult,
  Capabilities,
  ClaimRunsParams,
  ClaimRunsResult,
  CreateRunParams,
  CreateRunResult,
  InboxMessage,
  Journal,
  LoadedRun,
  LoadOptions,
  Logbook,
  LogbookFilter,
  LogbookPage,
  PostedCounts,
  PruneParams,
  PruneResult,
  RunFilter,
  RunPage,
  RunSummary,
  TakeResult,
  TickParams,
  TickResult,
} from '../contract/journal.js';
import { checkLogbook, checkRunNames } from '../contract/logbook.js';
import type { ScheduleStore } from '../contract/schedules.js';
import type { GiveBackOptions } from '../contract/takes.js';
import { readEntries } from '../format/read-entries.js';
import { decodeShape, noShape } from '../format/shape-format.js';
import { claimResult, claims, limitsIn, placed, postedCounts, requeues, slotsIn } from '../memory/claim-runs.js';
import { firstPlaceOf, seqAt } from '../memory/run-record.js';
import type { ScheduleTable } from '../memory/schedule-table.js';
import { takeResult, takes } from '../memory/take-runs.js';
import type { Commit } from './commit-queue.js';
import {
  appending,
  type CommitParams,
  claiming,
  creation,
  givingBack,
  logbookSaving,
  pruning,
  requeuing,
  sending,
  taking,
} from './commits.js';
import type { FileStore, OpenStore } from './file-store.js';
import { limiting, unlimiting } from './limit-commits.js';
import { firstSeq, readPages } from './read-pages.js';
import { scheduling, unscheduling } from './schedule-commits.js';

/** One connection to a directory. */
export class FileJournal implements Journal {
  readonly capabilities: Capabilities = {
    outlivesProcess: true,
    powerSafe: true,
    multiProcess: false,
    transactional: false,
    serverClock: true,
  };
  readonly #store: FileStore;
  #opened: Promise<OpenStore> | undefined;
  #current: OpenStore | undefined;

  constructor(store: FileStore) {
    this.#store = store;
  }

  async open(): Promise<void> {
    this.#opened ??= this.#store.enter();
    try {
      this.#current = await this.#opened;
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }

  async createRun(params: CreateRunParams): Promise<CreateRunResult> {
    checkRunNames(params);
    const run = placed(params, this.#open().clock.nowMs());
    return this.#commit<CreateRunResult>((commit) => creation(run, commit)).catch(unknown);
  }

  async append(items: readonly AppendItem[]): Promise<readonly AppendResult[]> {
    return Promise.all(items.map((item) => this.#commit<AppendResult>((commit) => appending(item, commit)).catch(unknown)));
  }

  async load(runId: string, options: LoadOptions = {}): Promise<LoadedRun | undefined> {
    const { index, log } = this.#open();
    const record = index.table.readable(runId);
    if (record === undefined) return undefined;
    const { fingerprint, tail } = record;
    const { raw, whole, after } = options;
    const start = firstPlaceOf(record, options);
    const places = record.places.slice(start);
    const summary = index.table.summary(record);
    if (after !== undefined) {
      const known = { shape: noShape(fingerprint), atoms: after.atoms, first: seqAt(record, start) };
      const entries = readEntries({ runId, ...known, last: tail.seq, raw, pages: readPages(log, places) });
      return { summary, inbox: [], shape: known.shape, entries };
    }
    const loaded = { summary, inbox: [...record.inbox.values()] };
    const shapePlace = index.shapes.get(fingerprint);
    const shape = decodeShape(runId, fingerprint, shapePlace === undefined ? undefined : (await log.read(shapePlace)).body);
    const first = start === 0 ? 0 : whole ? seqAt(record, start) : await firstSeq(log, places);
    const entries = readEntries({ runId, shape, first, last: tail.seq, raw, pages: readPages(log, places) });
    return { ...loaded, shape, entries };
  }

  async find(by: { readonly runId: string } | { readonly key: string }): Promise<RunSummary | undefined> {
    const { table } = this.#open().index;
    const record = 'runId' in by ? table.get(by.runId) : table.byKey(by.key);
    return record === undefined ? undefined : table.summary(record);
  }

  async runs(filter: RunFilter): Promise<RunPage> {
    return this.#open().index.table.page(filter);
  }

  async saveLogbook(logbook: Pick<Logbook, 'name' | 'metadata'>): Promise<void> {
    checkLogbook(logbook);
    const createdAtMs = this.#open().clock.nowMs();
    return this.#commit<void>((commit) => logbookSaving({ ...logbook, createdAtMs }, commit));
  }

  async logbooks(filter: LogbookFilter): Promise<LogbookPage> {
    return this.#open().index.table.logbooks.page(filter);
  }

  async send(message: InboxMessage): Promise<void> {
    return this.#commit<void>((commit) => sending(message, commit));
  }

  async tick(params: TickParams): Promise<TickResult> {
    const { index, clock } = this.#open();
    const { table } = index;
    const { owner, take, due } = params;
    const asked = due === undefined ? {} : { due: table.schedules.due(due, clock.nowMs()) };
    const result = { ...table.tick(params), ...asked };
    if (take === undefined) return result;
    // Few ticks find anything: only those write.
    const isAny = takes(table, owner, take).length > 0;
    const taken = isAny ? await this.#commit<TakeResult>((commit) => taking(owner, take, commit)) : takeResult(table, owner, take, []);
    return { ...result, take: taken };
  }

  readonly schedules: ScheduleStore = {
    list: async (names) => {
      const { index, clock } = this.#open();
      return { schedules: index.table.schedules.all(names), nowMs: clock.nowMs() };
    },
    declare: async (schedules) => {
      await this.#commit<number>((commit) => scheduling((table) => table.declared(schedules), commit));
    },
    change: async (name, revision, change) => {
      const changed = (table: ScheduleTable) => [table.changed(name, revision, change)].filter((one) => one !== undefined);
      return (await this.#commit<number>((commit) => scheduling(changed, commit))) > 0;
    },
    remove: (name) => this.#commit<void>((commit) => unscheduling(name, commit)),
  };

  readonly limits: LimitStore = {
    list: async (names) => {
      const { index, clock } = this.#open();
      return limitsIn(index.table, names, clock.nowMs());
    },
    set: async (name, change) => {
      const changedAtMs = this.#open().clock.nowMs();
      return this.#commit<void>((commit) => limiting({ name, change, changedAtMs }, commit));
    },
    reset: (name) => this.#commit<void>((commit) => unlimiting(name, commit)),
  };

  readonly slots = slotsIn(() => {
    const { index, clock } = this.#open();
    return { table: index.table, nowMs: clock.nowMs() };
  });

  async claim(params: ClaimRunsParams): Promise<ClaimRunsResult> {
    const { index, clock } = this.#open();
    const nowMs = clock.nowMs();
    // Few find anything: only those write.
    if (claims(index.table, params, nowMs).length === 0) return claimResult(index.table, params, [], nowMs);
    return this.#commit<ClaimRunsResult>((commit) => claiming(params, nowMs, commit));
  }

  async requeue(runId: string): Promise<boolean> {
    const { index, clock } = this.#open();
    const nowMs = clock.nowMs();
    if (requeues(index.table, runId, nowMs).length === 0) return false;
    return this.#commit<boolean>((commit) => requeuing(runId, nowMs, commit));
  }

  async postedCounts(flow?: string): Promise<PostedCounts> {
    const { index, clock } = this.#open();
    return postedCounts(index.table, flow, clock.nowMs());
  }

  async giveBack(owner: string, runIds: readonly string[], options: GiveBackOptions = {}): Promise<void> {
    return this.#commit<void>((commit) => givingBack(owner, runIds, { options, nowMs: this.#open().clock.nowMs() }, commit));
  }

  async release(owner: string): Promise<void> {
    this.#open().index.table.release(owner);
  }

  async prune(params: PruneParams): Promise<PruneResult> {
    return this.#commit<PruneResult>((commit) => pruning(params, commit));
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    this.#current = undefined;
    if (opened === undefined) return;
    await opened.catch(() => undefined);
    await this.#store.leave();
  }

  /** @throws PersistenceError `STORE_UNREACHABLE` when the disk doesn't answer; what it was to do may be done later */
  async #commit<Result>(make: (params: CommitParams<Result>) => Commit): Promise<Result> {
    const { index, log, queue, freed } = this.#open();
    const done = new Promise<Result>((settle, fail) => queue.add(make({ index, log, settle, fail, freed })));
    return inTime(done, this.#store.timeoutMs, this.#store.disk);
  }

  #open(): OpenStore {
    if (this.#current === undefined) throw new PersistenceError('STORE_CLOSED', 'this journal is not open');
    return this.#current;
  }
}

/** Asked again, it tells. @throws PersistenceError `STORE_CLOSED` */
function unknown(cause: unknown): { readonly kind: 'unknown'; readonly cause: unknown } {
  if (isFlowproofError(cause, 'STORE_CLOSED')) throw cause;
  return { kind: 'unknown', cause };
}
