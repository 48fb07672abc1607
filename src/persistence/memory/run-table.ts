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
import { isLeftOver, isWokenBy, mayGoOn, mayReceive } from '../contract/may-receive.js';
import { refuseMany } from '../contract/signals.js';
import type { WakeTime } from '../contract/takes.js';
import { LimitTable } from './limit-table.js';
import { LimitedRuns } from './limited-runs.js';
import { LogbookTable } from './logbook-table.js';
import { PostedQueues } from './posted-queues.js';
import { pageOf, prunableOf } from './run-lists.js';
import { RunOrder } from './run-order.js';
import { type Change, type NewRun, type RunDamage, type RunRecord, tailOf } from './run-record.js';
import { ScheduleTable } from './schedule-table.js';
import { SlotTable } from './slot-table.js';

/** What {@link RunTable.judge} says of an append: `taken` means that there is an entry of this seq, perhaps this very one. */
export type Verdict = 'ok' | 'stale' | 'taken';

/** Runs, their inboxes and their owners in memory: the half that the stores of one process share. */
export class RunTable<Place> {
  readonly #runs = new Map<string, RunRecord<Place>>();
  readonly #keys = new Map<string, RunRecord<Place>>();
  readonly #order = new RunOrder<Place>();
  readonly #mail = new Set<RunRecord<Place>>();
  /** What may be due, other than what is posted. */
  readonly #open = new Set<RunRecord<Place>>();
  readonly posted = new PostedQueues<Place>();
  readonly limited = new LimitedRuns<Place>();
  readonly limits = new LimitTable();
  readonly slots = new SlotTable();
  readonly #leases: Leases;
  readonly logbooks = new LogbookTable();
  readonly schedules = new ScheduleTable();

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

  create(
    { entry, key, flow, version, fingerprint, inputsHash, state, owner, wakeAtMs, priority = 0, limitKey, ...rest }: NewRun,
    place: Place,
  ): void {
    const { runId, atMs } = entry;
    const { logbook, metadata, ...ended } = rest;
    const inbox = new Map<string, InboxMessage>();
    const facts = { runId, key, flow, version, fingerprint, inputsHash, createdAtMs: atMs, ...grouping({ logbook, metadata }) };
    const endedAtMs = isEnded(state) ? (ended.endedAtMs ?? atMs) : undefined;
    const now = { state, partial: ended.partial, endedAtMs, owner: owner ?? undefined, takes: 0, wakeAtMs, priority, limitKey };
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

  /** @returns signals that went with the end of the run, and that nothing has heard */
  append(record: RunRecord<Place>, item: Change, place: Place): readonly InboxMessage[] {
    record.tail = tailOf(item.entry);
    if (item.entry.kind === 'snapshot') record.start = record.places.length;
    record.places.push(place);
    if (record.damage === undefined) this.#restate(record, item);
    for (const id of item.consume ?? []) record.inbox.delete(id);
    const leftOver = isEnded(record.state) ? [...record.inbox.values()].filter(({ kind }) => isLeftOver(record, kind)) : [];
    for (const { id } of leftOver) record.inbox.delete(id);
    if (record.inbox.size === 0) this.#mail.delete(record);
    return leftOver.filter(({ kind }) => kind === 'signal');
  }

  #restate(record: RunRecord<Place>, item: Change): void {
    if (item.summary?.state !== undefined) {
      record.state = item.summary.state;
      record.partial = item.summary.partial;
      record.endedAtMs = isEnded(record.state) ? item.entry.atMs : undefined;
    }
    if (item.summary?.owner !== undefined) {
      record.owner = item.summary.owner ?? undefined;
      record.takes = 0;
      if (item.summary.owner === null) record.wakeAtMs = wakeTimeOf(record, item.summary.wakeAtMs);
    }
    this.#note(record);
    this.slots.change(record, item.slots);
  }

  /** @throws RunNotFoundError when there is no such run; RunEndedError, SignalsFullError when it takes no such message (any more) */
  addressee(message: InboxMessage): RunRecord<Place> {
    const record = this.#runs.get(message.runId);
    if (record === undefined) throw new RunNotFoundError(message.runId);
    if (!mayReceive(record, message.kind)) throw new RunEndedError(record.key, record.state);
    if (message.kind === 'signal') refuseMany(message, record);
    return record;
  }

  deliver(record: RunRecord<Place>, message: InboxMessage): void {
    record.inbox.set(message.id, message);
    this.#mail.add(record);
    if (!isWokenBy(record, message.kind)) return;
    record.wakeAtMs = AT_ONCE;
    this.#note(record);
  }

  /** The run is listed from now on as one that needs an operator, and refused to whoever loads it: see {@link readable}. */
  condemn(record: RunRecord<Place>, damage: RunDamage): void {
    record.damage = damage;
    record.state = 'FAILURE';
    record.partial = undefined;
    record.endedAtMs ??= record.createdAtMs;
    record.owner = undefined;
    this.limited.note(record);
    this.slots.forget(record.runId);
    this.#open.delete(record);
    this.#mail.delete(record);
    this.posted.delete(record);
  }

  /** Who has the run from now on. */
  hand(record: RunRecord<Place>, { owner, takes, wakeAtMs }: Pick<RunRecord<Place>, 'owner' | 'takes' | 'wakeAtMs'>): void {
    Object.assign(record, { owner, takes, wakeAtMs });
    this.#note(record);
  }

  /** @throws JournalError `JOURNAL_GAP`, `JOURNAL_CORRUPT` when the run is damaged */
  readable(runId: string): RunRecord<Place> | undefined {
    const record = this.#runs.get(runId);
    if (record?.damage === undefined) return record;
    throw new JournalError(record.damage.code, runId, record.damage.seq, record.damage.reason);
  }

  summary({
    runId,
    key,
    flow,
    version,
    fingerprint,
    inputsHash,
    state,
    partial,
    createdAtMs,
    owner,
    wakeAtMs,
    priority,
    takes,
    tail,
    ...rest
  }: RunRecord<Place>): RunSummary {
    const ranked = { ...(priority === 0 ? {} : { priority }), ...(state === 'PENDING' && takes > 0 ? { takes } : {}) };
    const left = partial === undefined ? {} : { partial };
    const facts = { runId, key, flow, version, fingerprint, inputsHash, state, ...left, createdAtMs, ...ranked, ...grouping(rest) };
    if (owner !== undefined) return { ...facts, owner: { id: owner, alive: this.#leases.isAlive(owner) } };
    return wakeAtMs === undefined ? facts : { ...facts, wakeAtMs, waitsSinceMs: tail.atMs };
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

  /** What may be due, for whoever would take some of it. */
  open(): Iterable<RunRecord<Place>> {
    return this.#open;
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
      this.#open.delete(record);
      this.posted.delete(record);
      this.limited.delete(record);
      this.slots.forget(runId);
    }
    this.#order.remove(gone);
  }

  #note(record: RunRecord<Place>): void {
    const { state, owner, wakeAtMs, limitKey } = record;
    if (limitKey !== undefined) this.limited.note(record);
    const isPosted = state === 'PENDING' && owner === undefined;
    if (isPosted) this.posted.note(record);
    else this.posted.delete(record);
    if (!isPosted && (state === 'RUNNING' || owner !== undefined || wakeAtMs !== undefined)) this.#open.add(record);
    else this.#open.delete(record);
  }
}

/** A message lets the run go on, now. */
const AT_ONCE = 0;

/** When a run is due that its owner lets go of: what came meanwhile makes that earlier. */
function wakeTimeOf(record: RunRecord<unknown>, asked: WakeTime | undefined): WakeTime | undefined {
  const { wakeAtMs } = record;
  if (mayGoOn(record)) return wakeAtMs;
  if (asked === undefined || wakeAtMs === undefined || wakeAtMs === 'never') return asked;
  return asked === 'never' ? wakeAtMs : Math.min(wakeAtMs, asked);
}
