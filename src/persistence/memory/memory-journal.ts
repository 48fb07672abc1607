import { type Clock, systemClock } from '../../model/clock.js';
import { PersistenceError } from '../../model/errors.js';
import type {
  AppendItem,
  AppendResult,
  Capabilities,
  CreateRunParams,
  CreateRunResult,
  InboxMessage,
  Journal,
  LoadedRun,
  LoadOptions,
  Logbook,
  LogbookFilter,
  LogbookPage,
  PruneParams,
  PruneResult,
  RunFilter,
  RunPage,
  RunSummary,
  TickParams,
  TickResult,
} from '../contract/journal.js';
import { checkLogbook, checkRunNames } from '../contract/logbook.js';
import type { StoredEntry } from '../contract/stored-entry.js';
import { encodeEntry } from '../format/entry-format.js';
import { readEntries } from '../format/read-entries.js';
import { decodeShape, encodeShape } from '../format/shape-format.js';
import { RunTable } from './run-table.js';
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
    if (taken !== undefined) return { kind: 'exists', run: this.#table.summary(taken) };
    const stored = encodeEntry(params.entry);
    if (!this.#store.shapes.has(shape.fingerprint)) this.#store.shapes.set(shape.fingerprint, encodeShape(shape));
    this.#table.create({ ...params, fingerprint: shape.fingerprint }, stored);
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
      this.#table.append(record, item, encodeEntry(entry));
      return OK;
    } catch (cause) {
      return { kind: 'refused', cause };
    }
  }

  async load(runId: string, { raw }: LoadOptions = {}): Promise<LoadedRun | undefined> {
    this.#check();
    const record = this.#table.get(runId);
    if (record === undefined) return undefined;
    const { fingerprint, places, start, tail } = record;
    const shape = decodeShape(runId, fingerprint, this.#store.shapes.get(fingerprint));
    const pages = inPages(places, start, places.length);
    const entries = readEntries({ runId, shape, first: start === 0 ? 0 : (places[start]?.seq ?? 0), last: tail.seq, raw, pages });
    return { summary: this.#table.summary(record), shape, entries, inbox: [...record.inbox.values()] };
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
    const { owner, take } = params;
    const result = this.#table.tick(params);
    if (take === undefined) return result;
    const taken = takes(this.#table, owner, take);
    changeOwners(this.#table, taken);
    return { ...result, take: takeResult(this.#table, owner, take, taken) };
  }

  async giveBack(owner: string, runIds: readonly string[]): Promise<void> {
    this.#check();
    changeOwners(this.#table, givesBack(this.#table, owner, runIds));
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
