import { type Clock, systemClock } from '../../model/clock.js';
import { RunEndedError, RunNotFoundError } from '../../model/errors.js';
import { isEnded, type RunState } from '../../model/states.js';
import type { Entry } from '../contract/entry.js';
import type {
  AppendItem,
  CreateRunParams,
  InboxMessage,
  Logbook,
  LogbookFilter,
  LogbookPage,
  Metadata,
  PruneParams,
  PruneResult,
  RunFilter,
  RunPage,
  RunSummary,
  TickParams,
  TickResult,
} from '../contract/journal.js';
import { JournalError } from '../contract/journal-error.js';
import { Leases } from '../contract/leases.js';
import { grouping } from '../contract/logbook.js';
import { isLeftOver, mayReceive } from '../contract/may-receive.js';
import { logbooksOrder, runsOrder } from '../contract/paging.js';
import { pruneOrder } from '../contract/prune.js';

/** What a store in one process knows about a run; `Place` is where it keeps an entry. */
export interface RunRecord<Place> {
  readonly runId: string;
  readonly key: string;
  readonly flow: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly inputsHash: string;
  readonly createdAtMs: number;
  readonly logbook?: string;
  readonly metadata?: Metadata;
  state: RunState;
  endedAtMs: number | undefined;
  owner: string | undefined;
  /** How often it was taken since its last owner wrote of it. */
  takes: number;
  /** The entries' places in order. */
  readonly places: Place[];
  /** Index in `places` of what a reader begins with. */
  start: number;
  tail: Pick<Entry, 'seq' | 'epoch' | 'writer' | 'stepId'>;
  /** By the message's id, oldest first. */
  readonly inbox: Map<string, InboxMessage>;
  /** Why nothing of it is given out. */
  damage?: RunDamage;
}

/** What is wrong with what is kept of a run. */
export interface RunDamage {
  readonly code: 'JOURNAL_GAP' | 'JOURNAL_CORRUPT';
  /** -1 when it is about the run as a whole. */
  readonly seq: number;
  readonly reason: string;
}

/** What {@link RunTable.judge} says of an append: `taken` means that there is an entry of this seq, perhaps this very one. */
export type Verdict = 'ok' | 'stale' | 'taken';

/** Runs, their inboxes and their owners in memory: the half that the stores of one process share. */
export class RunTable<Place> {
  readonly #runs = new Map<string, RunRecord<Place>>();
  readonly #keys = new Map<string, RunRecord<Place>>();
  /** Run ids in ascending order, so that a page costs its length. */
  readonly #order: string[] = [];
  readonly #mail = new Set<RunRecord<Place>>();
  readonly #running = new Set<RunRecord<Place>>();
  readonly #leases: Leases;
  /** By name, which is also what they are listed by. */
  readonly #logbooks = new Map<string, Logbook>();

  constructor(clock: Clock = systemClock) {
    this.#leases = new Leases(clock);
  }

  records(): IterableIterator<RunRecord<Place>> {
    return this.#runs.values();
  }

  get(runId: string): RunRecord<Place> | undefined {
    return this.#runs.get(runId);
  }

  byKey(key: string): RunRecord<Place> | undefined {
    return this.#keys.get(key);
  }

  create({ entry, key, flow, version, fingerprint, inputsHash, state, owner, logbook, metadata, ...ended }: NewRun, place: Place): void {
    const { runId, atMs } = entry;
    const inbox = new Map<string, InboxMessage>();
    const facts = { runId, key, flow, version, fingerprint, inputsHash, createdAtMs: atMs, ...grouping({ logbook, metadata }) };
    const endedAtMs = isEnded(state) ? (ended.endedAtMs ?? atMs) : undefined;
    const now = { state, endedAtMs, owner: owner ?? undefined, takes: 0 };
    const record: RunRecord<Place> = { ...facts, ...now, places: [place], start: 0, tail: tailOf(entry), inbox };
    this.#runs.set(runId, record);
    this.#note(record);
    if (logbook !== undefined && !this.#logbooks.has(logbook)) this.saveLogbook({ name: logbook, createdAtMs: atMs, metadata: {} });
    this.#keys.set(key, record);
    const last = this.#order.at(-1);
    if (last === undefined || last < runId) this.#order.push(runId);
    else this.#order.splice(this.#position(runId), 0, runId);
  }

  /** Who may append: the rule of the journal, in one place for these stores. */
  judge(record: RunRecord<Place> | undefined, { seq, epoch }: Entry): Verdict {
    if (record === undefined) return 'stale';
    const { tail } = record;
    if (seq <= tail.seq) return 'taken';
    return seq === tail.seq + 1 && tail.epoch <= epoch ? 'ok' : 'stale';
  }

  append(record: RunRecord<Place>, item: Change, place: Place): void {
    record.tail = tailOf(item.entry);
    if (item.entry.kind === 'snapshot') record.start = record.places.length;
    record.places.push(place);
    if (record.damage === undefined) this.#restate(record, item);
    for (const id of item.consume ?? []) record.inbox.delete(id);
    if (isEnded(record.state))
      for (const { id, kind } of record.inbox.values()) if (isLeftOver(record.state, kind)) record.inbox.delete(id);
    if (record.inbox.size === 0) this.#mail.delete(record);
  }

  #restate(record: RunRecord<Place>, item: Change): void {
    if (item.summary?.state !== undefined) {
      record.state = item.summary.state;
      record.endedAtMs = isEnded(record.state) ? item.entry.atMs : undefined;
    }
    if (item.summary?.owner !== undefined) {
      record.owner = item.summary.owner ?? undefined;
      record.takes = 0;
    }
    this.#note(record);
  }

  /** @throws RunNotFoundError when there is no such run; RunEndedError when it takes no such message any more */
  addressee(message: InboxMessage): RunRecord<Place> {
    const record = this.#runs.get(message.runId);
    if (record === undefined) throw new RunNotFoundError(message.runId);
    if (!mayReceive(record.state, message.kind)) throw new RunEndedError(record.key, record.state);
    return record;
  }

  deliver(record: RunRecord<Place>, message: InboxMessage): void {
    record.inbox.set(message.id, message);
    this.#mail.add(record);
  }

  /** The run is listed from now on as one that needs an operator, and refused to whoever loads it: see {@link readable}. */
  condemn(record: RunRecord<Place>, damage: RunDamage): void {
    record.damage = damage;
    record.state = 'FAILURE';
    record.endedAtMs ??= record.createdAtMs;
    record.owner = undefined;
    this.#running.delete(record);
    this.#mail.delete(record);
  }

  /** @throws JournalError `JOURNAL_GAP`, `JOURNAL_CORRUPT` when the run is damaged */
  readable(runId: string): RunRecord<Place> | undefined {
    const record = this.#runs.get(runId);
    if (record?.damage === undefined) return record;
    throw new JournalError(record.damage.code, runId, record.damage.seq, record.damage.reason);
  }

  saveLogbook(logbook: Logbook): void {
    this.#logbooks.set(logbook.name, { ...logbook, createdAtMs: this.#logbooks.get(logbook.name)?.createdAtMs ?? logbook.createdAtMs });
  }

  allLogbooks(): readonly Logbook[] {
    return [...this.#logbooks.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws TypeError as {@link logbooksOrder} */
  logbooks(filter: LogbookFilter): LogbookPage {
    const { after, limit } = logbooksOrder(filter);
    const rest = this.allLogbooks().filter(({ name }) => name > after);
    const logbooks = rest.slice(0, limit);
    const last = logbooks.at(-1);
    return rest.length > limit && last !== undefined ? { logbooks, next: last.name } : { logbooks };
  }

  summary({ runId, key, flow, version, fingerprint, inputsHash, state, createdAtMs, owner, ...rest }: RunRecord<Place>): RunSummary {
    const facts = { runId, key, flow, version, fingerprint, inputsHash, state, createdAtMs, ...grouping(rest) };
    return owner === undefined ? facts : { ...facts, owner: { id: owner, alive: this.#leases.isAlive(owner) } };
  }

  /** @throws TypeError as {@link runsOrder} */
  page(filter: RunFilter): RunPage {
    const { flow, states, logbook, metadata, ownerless, before, limit } = runsOrder(filter);
    const runs: RunSummary[] = [];
    for (let index = before === undefined ? this.#order.length : this.#position(before); index > 0; index--) {
      const record = this.#runs.get(this.#order[index - 1] as string) as RunRecord<Place>;
      if (flow !== undefined && record.flow !== flow) continue;
      if (states !== undefined && !states.includes(record.state)) continue;
      if (logbook !== undefined && record.logbook !== logbook) continue;
      if (metadata !== undefined && !hasAll(record.metadata, metadata)) continue;
      const summary = this.summary(record);
      if (ownerless === true && summary.owner?.alive === true) continue;
      const last = runs.at(-1);
      if (runs.length === limit && last !== undefined) return { runs, next: last.runId };
      runs.push(summary);
    }
    return { runs };
  }

  tick({ owner, leaseMs, watch }: TickParams): TickResult {
    this.#leases.renew(owner, leaseMs);
    const messages = [...this.#mail].filter((record) => record.owner === owner).flatMap((record) => [...record.inbox.values()]);
    const watched = watch.map((runId) => this.#runs.get(runId)).filter((record) => record !== undefined);
    return { messages, watched: watched.map((record) => this.summary(record)) };
  }

  /** What is RUNNING, for whoever would take some of it. */
  running(): Iterable<RunRecord<Place>> {
    return this.#running;
  }

  isAlive(owner: string): boolean {
    return this.#leases.isAlive(owner);
  }

  release(owner: string): void {
    this.#leases.end(owner);
  }

  /** Which runs a batch removes; {@link remove} does so. */
  prunable(params: PruneParams): PruneResult {
    const { states, limit, endedBeforeMs, flow, logbook, after } = pruneOrder(params);
    const runIds: string[] = [];
    for (let index = after === undefined ? 0 : this.#position(after); index < this.#order.length; index++) {
      const { runId, state, endedAtMs, ...record } = this.#runs.get(this.#order[index] as string) as RunRecord<Place>;
      if (runId === after || endedAtMs === undefined || endedAtMs >= endedBeforeMs) continue;
      if (!states.includes(state) || (flow !== undefined && flow !== record.flow)) continue;
      if (logbook !== undefined && logbook !== record.logbook) continue;
      runIds.push(runId);
      if (runIds.length === limit) return { runIds, next: runId };
    }
    return { runIds };
  }

  remove(runIds: readonly string[]): void {
    const gone = new Set(runIds);
    for (const runId of gone) {
      const record = this.#runs.get(runId);
      if (record === undefined) continue;
      this.#runs.delete(runId);
      if (this.#keys.get(record.key) === record) this.#keys.delete(record.key);
      this.#mail.delete(record);
      this.#running.delete(record);
    }
    const kept = this.#order.filter((runId) => !gone.has(runId));
    this.#order.length = 0;
    for (const runId of kept) this.#order.push(runId);
  }

  #note(record: RunRecord<Place>): void {
    if (record.state === 'RUNNING') this.#running.add(record);
    else this.#running.delete(record);
  }

  /** How many run ids are lower than this one. */
  #position(runId: string): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#order[middle] as string) < runId) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** What of an entry matters to the table. */
type EntryFacts = Omit<Entry, 'transitions' | 'format'>;

export interface NewRun extends Omit<CreateRunParams, 'entry' | 'shape'> {
  readonly entry: EntryFacts;
  readonly fingerprint: string;
  /** Default: with its first entry, when its state says that it has ended. */
  readonly endedAtMs?: number;
}

export interface Change extends Pick<AppendItem, 'consume' | 'summary'> {
  readonly entry: EntryFacts;
}

function hasAll(has: Metadata = {}, wanted: Metadata): boolean {
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(has, name) && has[name] === value);
}

function tailOf({ seq, epoch, writer, stepId }: EntryFacts): RunRecord<unknown>['tail'] {
  return { seq, epoch, writer, stepId };
}
