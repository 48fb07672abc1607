import { type Clock, systemClock } from '../../model/clock.js';
import { PersistenceError } from '../../model/errors.js';
import type { LimitStore } from '../contract/claims.js';
import type { StoredEntry } from '../contract/entry.js';
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
  TickParams,
  TickResult,
} from '../contract/journal.js';
import { checkLogbook, checkRunNames } from '../contract/logbook.js';
import type { ScheduleStore } from '../contract/schedules.js';
import type { GiveBackOptions } from '../contract/takes.js';
import { encodeEntry } from '../format/entry-format.js';
import { readEntries } from '../format/read-entries.js';
import { decodeShape, encodeShape, noShape } from '../format/shape-format.js';
import { claimResult, claims, limitsIn, placed, postedCounts, requeues, slotsIn } from './claim-runs.js';
import { firstPlaceOf, seqAt } from './run-record.js';
import { RunTable } from './run-table.js';
import { firedIn } from './schedule-table.js';
import { changeOwners, givesBack, takeResult, takes } from './take-runs.js';

const PAGE = 512;
const OK: AppendResult = { kind: 'ok' };
const MINE: AppendResult = { kind: 'mine' };
const STALE: AppendResult = { kind: 'stale' };

/** What all connections to one `memory()` share. */
export class MemoryStore {
  readonly table: RunTable<StoredEntry>;
  readonly shapes = new Map<string, string>();

  constructor(readonly clock: Clock = systemClock) {
    this.table = new RunTable(clock);
  }
}

/** Keeps text, not objects, so that what a test reads back is what a database would give. */
export class MemoryJournal implements Journal {
  readonly capabilities: Capabilities = {
    outlivesProcess: false,
    powerSafe: false,
    multiProcess: false,
    transactional: false,
    serverClock: true,
  };
  readonly #store: MemoryStore;
  readonly #table: RunTable<StoredEntry>;
  #closed = false;

  constructor(store: MemoryStore) {
    this.#store = store;
    this.#table = store.table;
  }

  async open(): Promise<void> {
    this.#check();
  }

  async createRun(params: CreateRunParams): Promise<CreateRunResult> {
    this.#check();
    const { shape } = params;
    checkRunNames(params);
    const taken = this.#table.byKey(params.key) ?? this.#table.get(params.entry.runId);
    const fired = params.firing && firedIn(this.#table, params.firing, params, taken !== undefined);
    if (fired?.kind === 'stale' && taken === undefined) return { kind: 'unfired', why: 'stale' };
    // What can't be written changes nothing.
    const stored = encodeEntry(params.entry);
    if (fired !== undefined && fired.kind !== 'stale') {
      this.#table.schedules.set(fired.schedule);
      for (const message of fired.messages) this.#table.deliver(this.#table.addressee(message), message);
    }
    if (taken !== undefined) return { kind: 'exists', run: this.#table.summary(taken) };
    if (fired?.kind === 'overlap') return { kind: 'unfired', why: 'overlap' };
    if (!this.#store.shapes.has(shape.fingerprint)) this.#store.shapes.set(shape.fingerprint, encodeShape(shape));
    this.#table.create({ ...placed(params, this.#store.clock.nowMs()), fingerprint: shape.fingerprint }, stored);
    return { kind: 'created' };
  }

  async append(items: readonly AppendItem[]): Promise<readonly AppendResult[]> {
    this.#check();
    return items.map((item) => this.#appendOne(item));
  }

  #appendOne(item: AppendItem): AppendResult {
    const { entry } = item;
    const record = this.#table.get(entry.runId);
    const verdict = this.#table.judge(record, entry);
    if (record === undefined || verdict === 'stale') return STALE;
    if (verdict === 'taken') {
      const there = record.places[entry.seq];
      return there?.writer === entry.writer && there.stepId === entry.stepId ? MINE : STALE;
    }
    try {
      const unheard = this.#table.append(record, item, encodeEntry(entry));
      return unheard.length === 0 ? OK : { kind: 'ok', unheard };
    } catch (cause) {
      return { kind: 'refused', cause };
    }
  }

  async load(runId: string, options: LoadOptions = {}): Promise<LoadedRun | undefined> {
    this.#check();
    const record = this.#table.get(runId);
    if (record === undefined) return undefined;
    const { fingerprint, places, tail } = record;
    const { raw, after } = options;
    const start = firstPlaceOf(record, options);
    const shape = after === undefined ? decodeShape(runId, fingerprint, this.#store.shapes.get(fingerprint)) : noShape(fingerprint);
    const pages = inPages(places, start, places.length);
    // What begins with a snapshot asks what stands there; what is counted from the end, how far it is from that.
    const first = start === record.start ? (start === 0 ? 0 : (places[start]?.seq ?? 0)) : seqAt(record, start);
    const entries = readEntries({ runId, shape, atoms: after?.atoms, first, last: tail.seq, raw, pages });
    const inbox = after === undefined ? [...record.inbox.values()] : [];
    return { summary: this.#table.summary(record), shape, entries, inbox };
  }

  async find(by: { readonly runId: string } | { readonly key: string }): Promise<RunSummary | undefined> {
    this.#check();
    const record = 'runId' in by ? this.#table.get(by.runId) : this.#table.byKey(by.key);
    return record === undefined ? undefined : this.#table.summary(record);
  }

  async runs(filter: RunFilter): Promise<RunPage> {
    this.#check();
    return this.#table.page(filter);
  }

  async saveLogbook(logbook: Pick<Logbook, 'name' | 'metadata'>): Promise<void> {
    this.#check();
    checkLogbook(logbook);
    this.#table.logbooks.save({ ...logbook, createdAtMs: this.#store.clock.nowMs() });
  }

  async logbooks(filter: LogbookFilter): Promise<LogbookPage> {
    this.#check();
    return this.#table.logbooks.page(filter);
  }

  async send(message: InboxMessage): Promise<void> {
    this.#check();
    const record = this.#table.addressee(message);
    if (!record.inbox.has(message.id)) this.#table.deliver(record, JSON.parse(JSON.stringify(message)) as InboxMessage);
  }

  async tick(params: TickParams): Promise<TickResult> {
    this.#check();
    const { owner, take, due } = params;
    const asked = due === undefined ? {} : { due: this.#table.schedules.due(due, this.#store.clock.nowMs()) };
    const result = { ...this.#table.tick(params), ...asked };
    if (take === undefined) return result;
    const taken = takes(this.#table, owner, take);
    const found = { ...result, take: takeResult(this.#table, owner, take, taken) };
    changeOwners(this.#table, taken);
    return found;
  }

  readonly schedules: ScheduleStore = {
    list: async (names) => {
      this.#check();
      return { schedules: this.#table.schedules.all(names), nowMs: this.#store.clock.nowMs() };
    },
    declare: async (schedules) => {
      this.#check();
      for (const schedule of this.#table.schedules.declared(schedules)) this.#table.schedules.set(schedule);
    },
    change: async (name, revision, change) => {
      this.#check();
      const changed = this.#table.schedules.changed(name, revision, change);
      if (changed !== undefined) this.#table.schedules.set(changed);
      return changed !== undefined;
    },
    remove: async (name) => {
      this.#check();
      this.#table.schedules.remove(name);
    },
  };

  readonly limits: LimitStore = {
    list: async (names) => {
      this.#check();
      return limitsIn(this.#table, names, this.#store.clock.nowMs());
    },
    set: async (name, change) => {
      this.#check();
      this.#table.limits.set({ name, change, changedAtMs: this.#store.clock.nowMs() });
    },
    reset: async (name) => {
      this.#check();
      this.#table.limits.remove(name);
    },
  };

  readonly slots = slotsIn(() => {
    this.#check();
    return { table: this.#table, nowMs: this.#store.clock.nowMs() };
  });

  async claim(params: ClaimRunsParams): Promise<ClaimRunsResult> {
    this.#check();
    const nowMs = this.#store.clock.nowMs();
    const changes = claims(this.#table, params, nowMs);
    const result = claimResult(this.#table, params, changes, nowMs);
    changeOwners(this.#table, changes);
    return result;
  }

  async requeue(runId: string): Promise<boolean> {
    this.#check();
    const changes = requeues(this.#table, runId, this.#store.clock.nowMs());
    changeOwners(this.#table, changes);
    return changes.length > 0;
  }

  async postedCounts(flow?: string): Promise<PostedCounts> {
    this.#check();
    return postedCounts(this.#table, flow, this.#store.clock.nowMs());
  }

  async giveBack(owner: string, runIds: readonly string[], options: GiveBackOptions = {}): Promise<void> {
    this.#check();
    changeOwners(this.#table, givesBack(this.#table, owner, runIds, options, this.#store.clock.nowMs()));
  }

  async release(owner: string): Promise<void> {
    this.#check();
    this.#table.release(owner);
  }

  async prune(params: PruneParams): Promise<PruneResult> {
    this.#check();
    const result = this.#table.prunable(params);
    this.#table.remove(result.runIds);
    return result;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #check(): void {
    if (this.#closed) throw new PersistenceError('STORE_CLOSED', 'this journal was closed');
  }
}

function* inPages(places: readonly StoredEntry[], from: number, to: number): Generator<readonly StoredEntry[]> {
  for (let index = from; index < to; index += PAGE) yield places.slice(index, Math.min(index + PAGE, to));
}
