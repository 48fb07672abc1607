import type { Clock } from '../../model/clock.js';
import { RunEndedError, RunNotFoundError } from '../../model/errors.js';
import { isEnded } from '../../model/states.js';
import type { Entry } from '../contract/entry.js';
import type {
  InboxMessage,
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
import { refuseMany } from '../contract/signals.js';
import { LogbookTable } from './logbook-table.js';
import { pageOf, prunableOf } from './run-lists.js';
import { RunOrder } from './run-order.js';
import { type Change, type NewRun, type RunDamage, type RunRecord, tailOf } from './run-record.js';

/** What {@link RunTable.judge} says of an append: `taken` means that there is an entry of this seq, perhaps this very one. */
export type Verdict = 'ok' | 'stale' | 'taken';

/** Runs, their inboxes and their owners in memory: the half that the stores of one process share. */
export class RunTable<Place> {
  readonly #runs = new Map<string, RunRecord<Place>>();
  readonly #keys = new Map<string, RunRecord<Place>>();
  readonly #order = new RunOrder<Place>();
  readonly #mail = new Set<RunRecord<Place>>();
  readonly #running = new Set<RunRecord<Place>>();
  readonly #leases: Leases;
  readonly logbooks = new LogbookTable();

  constructor(clock: Clock) {
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
    if (logbook !== undefined) this.logbooks.ensure(logbook, atMs);
    this.#keys.set(key, record);
    this.#order.add(record);
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

  /** @throws RunNotFoundError when there is no such run; RunEndedError, SignalsFullError when it takes no such message (any more) */
  addressee(message: InboxMessage): RunRecord<Place> {
    const record = this.#runs.get(message.runId);
    if (record === undefined) throw new RunNotFoundError(message.runId);
    if (!mayReceive(record.state, message.kind)) throw new RunEndedError(record.key, record.state);
    if (message.kind === 'signal') refuseMany(message, record);
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

  summary({ runId, key, flow, version, fingerprint, inputsHash, state, createdAtMs, owner, ...rest }: RunRecord<Place>): RunSummary {
    const facts = { runId, key, flow, version, fingerprint, inputsHash, state, createdAtMs, ...grouping(rest) };
    return owner === undefined ? facts : { ...facts, owner: { id: owner, alive: this.#leases.isAlive(owner) } };
  }

  /** See {@link pageOf}. */
  page(filter: RunFilter): RunPage {
    return pageOf(this.#order, (record) => this.summary(record), filter);
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

  /** See {@link prunableOf}; {@link remove} removes them. */
  prunable(params: PruneParams): PruneResult {
    return prunableOf(this.#order, params);
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
    this.#order.remove(gone);
  }

  #note(record: RunRecord<Place>): void {
    if (record.state === 'RUNNING') this.#running.add(record);
    else this.#running.delete(record);
  }
}
